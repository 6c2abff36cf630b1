"""What BFD at 1 ms x 3 promises: no false alarm, and a fast withdraw when the path is cut.

Two network namespaces, a cable between them, a speaker in each. A service of the near speaker
stands for the BFD session with the far one; its peer, on the near loopback, sees its route go.
"""

import ctypes
import fcntl
import json
import os
import random
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from failover import (
    PATIENCE_S,
    SOURCE_IP,
    WATCHED,
    HelperLoad,
    helper,
    latencies,
    neighbor,
    openbell,
    row,
)
from processes import Failed, Meter
from speakers import NEXT_HOP, PEER_AS, PEER_IP, ExaBgpLike, prefix

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "interop"))
import lab  # noqa: E402
from speaker import RELAY, Helper  # noqa: E402

CUTS = 50
SINK_PORT, LOAD_PORT = 1790, 1791  # the namespace is ours alone
PRIORITY = 10  # SCHED_FIFO, less than the BFD thread's
SETTLE_S = 2  # from the first packets at 1 ms, or the load's begin, to the measurement
MS, US = 1_000_000, 1_000  # in nanoseconds
# Where the stall is looked for that explains an alarm: from a little before the last packet until a
# little after the alarm.
BEFORE_NS, AFTER_NS = 2 * MS, 1 * MS
EXPLAINS_NS = 1 * MS


def bfd_session(local, peer):
    return (
        f"bfd far {{\n    local-address {local};\n    peer-address {peer};\n"
        "    transmit 1ms;\n    receive 1ms;\n    multiplier 3;\n}\n"
    )


class End:
    """A speaker in its namespace, and the helper process through which it is asked."""

    def __init__(self, bench, stack, namespace, directory, text, processes=""):
        directory.mkdir()
        self.helper = Helper(directory)
        stack.on_close(self.helper.close)
        path = directory / "speaker.conf"
        relay = f"process relay {{\n    run {sys.executable} {RELAY} {self.helper.path};\n"
        relay += "    encoder json;\n    subscribe [ bfd ];\n}\n"
        path.write_text(relay + processes + text)
        command = namespace.wrap(openbell(bench))
        self.process = ExaBgpLike(directory.name, command).run(path, directory)
        stack.on_close(self.process.stop)
        self.helper.explain = lambda: self.process.log_path.read_text(errors="replace")[-2000:]
        self.helper.accept()

    def show(self):
        """What `show bfd json` says of the session."""
        (entry,) = json.loads("".join(self.helper.command("show bfd json")[:-1]))
        if entry["error"]:
            raise Failed(f"BFD: {entry['error']}")
        return entry

    def alarms(self, since_ns, until_ns):
        """(last packet heard, decided) of each expiry of the detection time, CLOCK_MONOTONIC.

        The other end then hears of it: that is the same alarm and not counted again.
        """
        self.helper.poll()
        ahead_ns = time.time_ns() - time.monotonic_ns()
        news = [event["bfd"] for event in self.helper.events if event["type"] == "bfd"]
        found = [
            (said["last_received_utc_ns"] - ahead_ns, said["decided_utc_ns"] - ahead_ns)
            for said in news
            if said["previous"] == "up" and said["diagnostic"] == "control detection time expired"
        ]
        return [(heard, decided) for heard, decided in found if since_ns <= decided <= until_ns]


class Cable:
    """The far end of the cable, taken down and up by one ioctl on a socket of its namespace."""

    NEW_NET = 0x40000000  # CLONE_NEWNET
    GET_FLAGS, SET_FLAGS, IFF_UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS

    def __init__(self, namespace):
        with open("/proc/thread-self/ns/net") as ours, open(namespace.path) as theirs:
            self._enter(theirs)
            try:
                self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            finally:
                self._enter(ours)
        request = fcntl.ioctl(self._socket, self.GET_FLAGS, struct.pack("16sh14x", b"cable", 0))
        flags = struct.unpack("16sh14x", request)[1]
        self._down = struct.pack("16sh14x", b"cable", flags & ~self.IFF_UP)
        self._up = struct.pack("16sh14x", b"cable", flags | self.IFF_UP)

    def _enter(self, namespace):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(namespace.fileno(), self.NEW_NET) != 0:
            raise Failed(f"setns: {os.strerror(ctypes.get_errno())}")

    def cut(self):
        """The time right before the kernel is asked."""
        before_ns = time.monotonic_ns()
        fcntl.ioctl(self._socket, self.SET_FLAGS, self._down)
        return before_ns

    def mend(self):
        fcntl.ioctl(self._socket, self.SET_FLAGS, self._up)

    def close(self):
        self._socket.close()


class StoppedSpeaker:
    """The other way to cut the path: the far speaker is stopped (SIGSTOP), its cable is well."""

    def __init__(self, far):
        self._pid = far.process.pid

    def cut(self):
        before_ns = time.monotonic_ns()
        os.kill(self._pid, signal.SIGSTOP)
        return before_ns

    def mend(self):
        os.kill(self._pid, signal.SIGCONT)


class Scene:
    """Everything that runs, the route there, the session at its short timers."""

    def __init__(self, bench, stack, load, realtime):
        self.directory = stack.directory
        self._bench, self._stack = bench, stack
        self.cable_end = stack.peer
        self.sink = self._start_sink("sink", SINK_PORT)
        helpers, load_neighbor = {}, ""
        if load:
            load_sink = self._start_sink("load-sink", LOAD_PORT)
            load.prepare(None, self, helpers)
            load_neighbor = neighbor(SOURCE_IP, LOAD_PORT, helpers)
        service = (
            f"service watched {{\n    route {prefix(WATCHED)} next-hop {NEXT_HOP};\n"
            f"    check bfd {{ session far; }}\n    neighbor [ {PEER_IP} ];\n}}\n"
        )
        near_text = neighbor(PEER_IP, SINK_PORT) + load_neighbor + service
        near_text += bfd_session(lab.SPEAKER_IP, lab.PEER_IP)
        near_text += f"realtime {{\n    priority fifo {PRIORITY};\n}}\n" if realtime else ""
        processes = "".join(helper(*item) for item in helpers.items())
        self.far = self._start_end("far", stack.peer, bfd_session(lab.PEER_IP, lab.SPEAKER_IP))
        self.near = self._start_end("near", stack.speaker, near_text, processes)
        self.running = [self.near.process, self.far.process]
        if load:
            load_sink.wait_word("established", PATIENCE_S, self.running)
            self.running.append(load_sink)
            load.go()
        self.wait_there()

    def _start_sink(self, name, port):
        command = [self._bench.programs / "bench_sink", port, PEER_AS, 1, 1, "OUT"]
        # The peer whose reading is timed does not wait for a processor that the load is using.
        urgent = ["chrt", "--fifo", PRIORITY] if name == "sink" else []
        command = self._stack.speaker.wrap([*urgent, *command, "--watch", WATCHED])
        sink = Meter(command, self.directory, name)
        self._stack.on_close(sink.stop)
        sink.wait_word("listening", PATIENCE_S)
        return sink

    def _start_end(self, name, namespace, *texts):
        return End(self._bench, self._stack, namespace, self.directory / name, *texts)

    def wait_state(self, word):
        self.sink.wait_state(word, ("up", "down"), PATIENCE_S, self.running)

    def wait_there(self):
        """Both sides send slowly until they are up: wait for some hundred packets a second."""
        look_s, enough = 0.1, 50
        deadline = time.monotonic() + PATIENCE_S
        self.wait_state("up")
        before = self.near.show()["received"], self.far.show()["received"]
        while True:
            time.sleep(look_s)
            after = self.near.show()["received"], self.far.show()["received"]
            if all(now - then > enough for then, now in zip(before, after)):
                return self.wait_state("up")
            if time.monotonic() > deadline:
                raise Failed(f"no fast session after {PATIENCE_S} s: {self.near.show()}")
            before = after


@contextmanager
def scene(bench, load, realtime):
    """Faults of the laboratory become failed measurements."""
    with tempfile.TemporaryDirectory(prefix="openbell-bench-") as directory:
        try:
            stack = lab.Lab(directory)
            try:
                yield Scene(bench, stack, load, realtime)
            finally:
                stack.close()
        except AssertionError as failure:
            raise Failed(str(failure)) from None


def steal_ms():
    """What the host gave to others so far, of all processors, as the kernel knows it."""
    fields = Path("/proc/stat").read_text().split(maxsplit=9)
    return int(fields[8]) * 1000 / os.sysconf("SC_CLK_TCK")


class Stalls:
    """bench_stalls beside a measurement: how late the host woke threads, and when."""

    def __init__(self, bench, directory, seconds):
        words = [bench.programs / "bench_stalls", "OUT", int(seconds) + 1]
        self._meter = Meter(words, directory, "stalls")
        self._meter.wait_word("watching", PATIENCE_S)
        self._steal_ms = steal_ms()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._meter.stop()

    def end(self):
        self._steal_ms = steal_ms() - self._steal_ms
        self._meter.go()
        log = self._meter.stamps()
        worth_ns = 50 * US
        self._late = sorted(log[1::2])
        self._stalls = [stall for stall in zip(log[0::2], log[1::2]) if stall[1] >= worth_ns]

    def longest_ns(self, begin_ns, end_ns):
        """Of the stalls, on any processor, that touch the time from begin to end."""
        touching = (
            late
            for woken, late in self._stalls
            if woken >= begin_ns and woken - late <= end_ns
        )
        return max(touching, default=0)

    def spread(self):
        return {
            "stall p99 us": self._late[int(len(self._late) * 0.99)] / US,
            "stall p99.9 us": self._late[int(len(self._late) * 0.999)] / US,
            "stall max us": self._late[-1] / US,
            "steal ms": self._steal_ms,
        }


@dataclass(frozen=True)
class Alarm:
    """`side` declared the session down; the longest stall of the host around it."""

    decided_ns: int
    heard_ns: int
    side: str
    stall_ns: int

    def describe(self, begin_ns):
        return (
            f"after {(self.decided_ns - begin_ns) / 1e9:.3f} s {self.side} heard nothing for "
            f"{(self.decided_ns - self.heard_ns) / MS:.2f} ms; longest stall of the host then: "
            f"{self.stall_ns / MS:.2f} ms"
        )


def false_alarms(bench, place, minutes):
    """Nobody cuts the path, so that each detection time that expires is a false alarm."""
    duration_s = minutes * 60
    ends = {"near": place.near, "far": place.far}
    downs = [end.show()["downs"] for end in ends.values()]
    with Stalls(bench, place.directory, duration_s + 10) as stalls:
        begin_ns = time.monotonic_ns()
        while time.monotonic_ns() < begin_ns + duration_s * 1e9:
            time.sleep(min(1, duration_s))
            for process in place.running:
                process.require_running()
        end_ns = time.monotonic_ns()
        stalls.end()
    shown = [end.show() for end in ends.values()]
    alarms = [
        Alarm(decided, heard, side, stalls.longest_ns(heard - BEFORE_NS, decided + AFTER_NS))
        for side, end in ends.items()
        for heard, decided in end.alarms(begin_ns, end_ns)
    ]
    alarms.sort(key=lambda alarm: alarm.decided_ns)
    return {
        "minutes": minutes,
        "false alarms": len(alarms),
        "unexplained": sum(alarm.stall_ns < EXPLAINS_NS for alarm in alarms),
        "downs": max(entry["downs"] - before for entry, before in zip(shown, downs)),
        "late max us": max(entry["transmit_late_max_ns"] for entry in shown) / US,
        **stalls.spread(),
        "details": [alarm.describe(begin_ns) for alarm in alarms],
    }


def cut_one(place, way):
    """When the path was cut; it is there again at the end."""
    place.wait_there()
    time.sleep(random.uniform(0.02, 0.15))  # the phase of the packets is any
    cut_ns = way.cut()
    try:
        place.wait_state("down")
        time.sleep(0.05)
    finally:
        way.mend()
    return cut_ns


def cuts(place, way, count):
    """When it began, when it ended, when the path was cut."""
    begin_ns = time.monotonic_ns()
    stamps = [cut_one(place, way) for _ in range(count)]
    place.wait_there()
    return begin_ns, time.monotonic_ns(), stamps


def cut_rows(place, count):
    cable = Cable(place.cable_end)
    ways = {"link down": cable, "far speaker stopped": StoppedSpeaker(place.far)}
    try:
        runs = {name: cuts(place, way, count) for name, way in ways.items()}
    finally:
        cable.close()
    place.sink.go()
    log = place.sink.stamps()
    log = list(zip(log[0::2], log[1::2]))
    for name, (begin_ns, end_ns, stamps) in runs.items():
        seen = [entry for entry in log if entry[0] < end_ns]
        before = sum(1 for stamp, announced in seen if stamp < begin_ns and not announced)
        found, downs = latencies([(stamp, stamp) for stamp in stamps], seen)
        if not found:
            raise Failed(f"{name}: the route was never there when the path was cut")
        values = row(found, downs - before)
        values["cuts"] = values.pop("kills")
        yield name, values


def bfd(bench):
    """BFD at 1 ms x 3: false alarms, and the path cut -> the withdraw read by another peer."""
    if os.geteuid() != 0:
        yield "OpenBell", {"failed": "network namespaces need root"}
        return
    load, briefly = HelperLoad(bench), bench.minutes / 5
    for title, scenery, minutes in (
        ("", (None, False), briefly),
        ("while a helper loads, ", (load, False), bench.minutes),
        ("while a helper loads, realtime, ", (load, True), briefly),
    ):
        name = f"{title}nobody cuts"
        try:
            with scene(bench, *scenery) as place:
                time.sleep(SETTLE_S)
                yield name, false_alarms(bench, place, minutes)
                name = f"{title}cut"
                for way, values in cut_rows(place, bench.scaled(CUTS)):
                    yield f"{title}{way}", values
        except Failed as failure:
            yield name, {"failed": str(failure)}
