"""How fast a route goes when what it stands for dies: a program is killed -> its withdraw is read.

Each kill has a fresh victim, and waits until the route is there again. What is measured against
each other takes turns in blocks, so that a busy moment hits all alike.
"""

import itertools
import os
import random
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from processes import Failed, Feeder, Meter, Process
from speakers import NEXT_HOP, PEER_AS, PEER_IP, SPEAKER_AS, SPEAKER_IP, ExaBgpLike, prefix

WATCHED = (1 << 20) - 1  # the number of the service's prefix: behind the 1,000,000 of the load
LOAD_ROUTES = 1_000_000
SOURCE_IP = "127.0.0.3"
STALE_US, BUMP_US = 200, 50
BLOCK = 50  # kills before the next subject has its turn
PATIENCE_S = 30
# SCHED_FIFO: the peer stands for another machine, and what is watched has a processor of its own
# where a heartbeat of 200 us matters.
WATCHED_PRIORITY, PEER_PRIORITY = 10, 20


def urgent(priority):
    return ["chrt", "--fifo", str(priority)]


class Place:
    """Where one block of kills happens: its files and ports."""

    def __init__(self, directory):
        self.directory = Path(directory)
        with ExitStack() as stack:
            probes = [stack.enter_context(socket.socket()) for _ in range(3)]
            for probe in probes:
                probe.bind(("127.0.0.1", 0))
            ports = [probe.getsockname()[1] for probe in probes]
        self.port, self.victim_port, self.source_port = ports
        self.pid_file = self.directory / "victim.pid"
        self.heartbeat = Path(f"/dev/shm/openbell-bench-{os.getpid()}")


@contextmanager
def workplace():
    with tempfile.TemporaryDirectory(prefix="openbell-bench-") as directory:
        place = Place(directory)
        place.heartbeat.write_bytes(struct.pack("<8sII48x", b"OBHBEAT1", 1, 0))
        try:
            yield place
        finally:
            place.heartbeat.unlink()


@dataclass(frozen=True)
class Trigger:
    """A way to notice the death: the victim's words, the check's text, the floor's words."""

    name: str
    victim: callable
    check: callable
    floor: callable
    from_last_bump: bool = False


def last_bump_ns(place):
    return struct.unpack_from("<Q", place.heartbeat.read_bytes(), 24)[0]


HOLD = Trigger(
    "hold",
    lambda place: ["listen", place.victim_port],
    lambda place: f"check hold {{ address 127.0.0.1:{place.victim_port}; interval 5ms; }}",
    lambda place: ["hold", place.victim_port],
)
PROCESS = Trigger(
    "process",
    lambda place: ["exist", place.pid_file],
    lambda place: f"check process {{ pid-file {place.pid_file}; interval 5ms; }}",
    lambda place: ["process", place.pid_file],
)
HEARTBEAT = Trigger(
    "heartbeat",
    lambda place: ["bump", place.heartbeat, BUMP_US],
    lambda place: f"check heartbeat {{ path {place.heartbeat}; stale {STALE_US}us; }}",
    lambda place: ["heartbeat", place.heartbeat, STALE_US],
    from_last_bump=True,
)


def neighbor(address, port, processes=()):
    helpers = f"    api {{ processes [ {' '.join(processes)} ]; }}\n" if processes else ""
    return (
        f"neighbor {address} {{\n    router-id {SPEAKER_IP};\n    local-address {SPEAKER_IP};\n"
        f"    local-as {SPEAKER_AS};\n    peer-as {PEER_AS};\n    connect {port};\n"
        f"    family {{ ipv4 unicast; }}\n{helpers}}}\n"
    )


def helper(name, command):
    return f"process {name} {{\n    run {' '.join(map(str, command))};\n    encoder text;\n}}\n"


class Floor:
    """bench_watcher in the place of a speaker."""

    plain = True

    def __init__(self, bench, spin=False):
        self.name = "floor"
        self._program = bench.programs / "bench_watcher"
        self._spin = ["--spin"] if spin else []

    def start(self, stack, place, trigger, _load):
        words = [place.port, PEER_AS, WATCHED, *trigger.floor(place), *self._spin]
        return [stack.enter_context(Process("floor", [self._program, *words], place.directory))]


class Speaker:
    """A speaker that watches with a check of its own (`service`) or through a helper."""

    plain = False

    def __init__(self, name, command, script=None, idle="block"):
        self.name = name
        self._speaker = ExaBgpLike(name, command)
        self._script = script
        self._idle = idle

    def start(self, stack, place, trigger, load):
        path = place.directory / "speaker.conf"
        helpers = {}
        if self._script:
            helpers["watch"] = self._script(place)
        if load:
            load.prepare(stack, place, helpers)
        text = "".join(helper(*item) for item in helpers.items())
        text += neighbor(PEER_IP, place.port, helpers)
        if load:
            text += load.neighbors(place)
        if not self._script:
            text += f"realtime {{\n    idle {self._idle};\n}}\n"
            text += (
                f"service watched {{\n    route {prefix(WATCHED)} next-hop {NEXT_HOP};\n"
                f"    {trigger.check(place)}\n    neighbor [ {PEER_IP} ];\n}}\n"
            )
        path.write_text(text)
        return [stack.enter_context(self._speaker.run(path, place.directory))]


class HelperLoad:
    """A helper announces a million routes and withdraws them, again and again."""

    def __init__(self, bench):
        self._programs, self._count = bench.programs, bench.scaled(LOAD_ROUTES)

    def prepare(self, _stack, place, helpers):
        self._feeder = Feeder(self._programs, place.directory, "churn", self._count)
        helpers["load"] = self._feeder.command

    def neighbors(self, _place):
        return ""

    def go(self):
        self._feeder.go()


class PeerLoad:
    """Another peer sends a million prefixes, again and again."""

    def __init__(self, bench):
        self._programs, self._count = bench.programs, bench.scaled(LOAD_ROUTES)

    def prepare(self, stack, place, _helpers):
        words = [place.source_port, PEER_AS, self._count, 200, 200, "OUT", "--again"]
        program = self._programs / "bench_source"
        self._source = stack.enter_context(Meter([program, *words], place.directory, "source"))
        self._source.wait_word("listening", 10)

    def neighbors(self, place):
        return neighbor(SOURCE_IP, place.source_port)

    def go(self):
        self._source.wait_word("established", PATIENCE_S)
        self._source.go()


def kill_block(bench, subject, trigger, load, count):
    """Kill `count` victims. The latencies in nanoseconds, and how often the route went without cause."""
    with workplace() as place, ExitStack() as stack:
        words = [place.port, PEER_AS, 1, 1, "OUT", "--watch", WATCHED]
        words += ["--plain"] if subject.plain else []
        sink = stack.enter_context(Meter([*urgent(PEER_PRIORITY), bench.programs / "bench_sink", *words], place.directory))
        sink.wait_word("listening", 10)
        running = subject.start(stack, place, trigger, load)
        sink.wait_word("established", PATIENCE_S, running)
        if load:
            load.go()
        deaths = [kill_one(bench, place, trigger, sink, running) for _ in range(count)]
        sink.go()
        log = sink.stamps()
    return latencies(deaths, list(zip(log[0::2], log[1::2])))


def kill_one(bench, place, trigger, sink, running):
    """When it was killed, and since when it was as good as dead."""
    command = [*urgent(WATCHED_PRIORITY), bench.programs / "bench_victim", *trigger.victim(place)]
    with Process("victim", command, place.directory) as victim:
        sink.wait_state("up", ("up", "down"), PATIENCE_S, running)
        time.sleep(random.uniform(0.02, 0.15))  # the phase of what polls is any
        killed_ns = time.monotonic_ns()
        os.kill(victim.pid, signal.SIGKILL)
        sink.wait_state("down", ("up", "down"), PATIENCE_S, running)
    place.pid_file.unlink(missing_ok=True)
    return killed_ns, last_bump_ns(place) if trigger.from_last_bump else killed_ns


def latencies(deaths, log):
    """From each death to the withdraw that follows it; a route that was down before does not count."""
    found = []
    for killed_ns, dead_ns in deaths:
        before = [announced for stamp, announced in log if stamp <= killed_ns]
        if before and before[-1]:
            found.append(log[len(before)][0] - dead_ns)
    downs = sum(1 for _, announced in log if not announced)
    return found, downs - len(found)


def compare(bench, subjects, trigger, kills, load=None):
    """Rows of the subjects, which take turns; what fails has its reason instead."""
    found = {subject.name: [] for subject in subjects}
    alarms = dict.fromkeys(found, 0)
    failures = {}
    for start, subject in itertools.product(range(0, kills, BLOCK), subjects):
        if subject.name in failures:
            continue
        try:
            count = min(BLOCK, kills - start)
            times, false_alarms = kill_block(bench, subject, trigger, load, count)
            found[subject.name] += times
            alarms[subject.name] += false_alarms
        except Failed as failure:
            failures[subject.name] = str(failure)
    for name, times in found.items():
        if not times and name not in failures:
            failures[name] = "the route was never there when its program was killed"
        yield name, {"failed": failures[name]} if name in failures else row(times, alarms[name])


def row(times_ns, false_alarms):
    ordered = sorted(times_ns)

    def percentile(share):
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] / 1000

    return {
        "p50 us": percentile(0.5),
        "p99 us": percentile(0.99),
        "max us": ordered[-1] / 1000,
        "kills": len(ordered),
        "false alarms": false_alarms,
    }


def openbell(bench):
    return os.environ.get("OPENBELL_BIN", str(bench.build / "openbell")).split()


def with_prefix(title, rows):
    return ((f"{title}: {name}", values) for name, values in rows)


def native(bench, kills, load=None, title=""):
    """The checks of the speaker's own, beside the floor when nothing else happens."""
    for trigger, idle in (
        (HOLD, "block"),
        (PROCESS, "block"),
        (HEARTBEAT, "spin"),
        (HEARTBEAT, "block"),
    ):
        subjects = [Speaker("OpenBell", openbell(bench), idle=idle)]
        if not load:
            subjects.append(Floor(bench, idle == "spin"))
        name = f"{title}{trigger.name}{', spinning' if idle == 'spin' else ''}"
        yield from with_prefix(name, compare(bench, subjects, trigger, kills, load))


def anycast(place):
    script = Path(__file__).resolve().parent / "anycast.py"
    return [sys.executable, script, place.victim_port, prefix(WATCHED), NEXT_HOP]


def healthcheck(program):
    """`healthcheck` with an interval of 1 s and a command that connects."""

    def command(place):
        options = place.directory / "healthcheck.conf"
        options.write_text(
            f"command = bash -c '</dev/tcp/127.0.0.1/{place.victim_port}'\n"
            f"ip = {prefix(WATCHED)}\nnext-hop = {NEXT_HOP}\ninterval = 1\nfast-interval = 1\n"
            "no-ip-setup\nno-syslog\nwithdraw-on-down\n"
        )
        return [*program, "healthcheck", "--config", options]

    return command


def failover(bench):
    """A program is killed -> the withdraw of its route read by the peer."""
    kills = bench.scaled(200)
    yield from native(bench, kills)
    yield from native(bench, kills, HelperLoad(bench), "while a helper loads, ")
    yield from native(bench, kills, PeerLoad(bench), "while a peer sends, ")
    scripted = [
        Speaker("OpenBell", openbell(bench), script=anycast),
        Speaker("ExaBGP 4.2", ["exabgp"], script=anycast),
    ]
    yield from with_prefix("script every 100 ms", compare(bench, scripted, HOLD, kills))
    checked = [
        Speaker("OpenBell", openbell(bench), script=healthcheck(openbell(bench))),
        Speaker("ExaBGP 4.2", ["exabgp"], script=healthcheck(["/usr/bin/python3", "-m", "exabgp"])),
    ]
    rows = compare(bench, checked, HOLD, max(2, kills // 10))
    yield from with_prefix("healthcheck every 1 s", rows)
