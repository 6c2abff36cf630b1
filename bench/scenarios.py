"""What is measured. Each scenario yields the rows of its table as (who, {column: value})."""

import os
import socket
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bfd import bfd
from failover import failover
from processes import Driver, Failed, Feeder, Meter, Process
from speakers import PEER_AS, Bird, Frr, GoBgp, Task, exabgp, ours, ours_with_timestamps


@dataclass(frozen=True)
class Bench:
    """Where the programs are and how much to do: scale 1 for everything, 0.1 for a quick look.

    minutes: how long false alarms are waited for.
    """

    build: Path
    scale: float
    repeats: int
    minutes: float

    @property
    def programs(self):
        return self.build / "bench"

    def scaled(self, count):
        return max(1, int(count * self.scale))


@contextmanager
def workplace():
    """A directory of its own and a free port; the next port is free for the speaker."""
    with tempfile.TemporaryDirectory(prefix="openbell-bench-") as directory:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        yield Path(directory), port if port < 65535 else port - 1


def repeated(bench, subjects, measure):
    """Measure the subjects in turn, `repeats` times, so that a busy moment hits all of them alike.

    measure(subject) returns {column: number}; the row of a subject has the medians, or why there
    are none.
    """
    results = {subject.name: [] for subject in subjects}
    failures = {}
    for _ in range(bench.repeats):
        for subject in subjects:
            if subject.name in failures:
                continue
            try:
                results[subject.name].append(measure(subject))
            except Failed as failure:
                failures[subject.name] = str(failure)
    for subject in subjects:
        name, runs = subject.name, results[subject.name]
        if name in failures:
            yield name, {"failed": failures[name]}
        else:
            columns = runs[0]
            yield name, {key: statistics.median(run[key] for run in runs) for key in columns}


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread_us(values_ns):
    return {
        "p50 us": percentile(values_ns, 0.5) / 1000,
        "p99 us": percentile(values_ns, 0.99) / 1000,
        "max us": max(values_ns) / 1000,
    }


class FloorSubject:
    """bench_floor between the feeder and the sink, in the place of a speaker."""

    def __init__(self, spin=False):
        self.name = "floor, spinning" if spin else "floor"
        self.words = ["--spin"] if spin else []


def latency(bench):
    """One route: a helper's line written -> its bytes read by the peer.

    BIRD and GoBGP have no helpers; theirs is a request on their own API, on a connection kept open.
    """
    count, spacing_us = bench.scaled(2000), 2000

    def start_floor(stack, subject, feeder, task):
        pipe = stack.enter_context(
            Process("feeder", feeder.command, task.directory, stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE)
        )  # fmt: skip
        words = [bench.programs / "bench_floor", task.port, *subject.words]
        return stack.enter_context(Process("floor", words, task.directory, stdin=pipe.stdout))

    def measure(subject):
        floor, driven = isinstance(subject, FloorSubject), hasattr(subject, "driver")
        option = ["--plain"] if floor else [] if subject.dials else ["--dial"]
        with workplace() as (directory, port), ExitStack() as stack:
            words = [port, PEER_AS, 1, count, "OUT", *option]
            sink = stack.enter_context(Meter([bench.programs / "bench_sink", *words], directory))
            sink.wait_word("listening", 10)
            if driven:
                task = Task(directory, port, switched=count)
                feeder = Driver(bench.programs, directory, count, spacing_us, subject.driver(task))
            else:
                feeder = Feeder(bench.programs, directory, "singles", count, spacing_us)
                task = Task(directory, port, helper=feeder.command)
            if floor:
                speaker = start_floor(stack, subject, feeder, task)
            else:
                speaker = stack.enter_context(subject.start(task))
            sink.wait_word("established", 30, [speaker])
            if driven:
                stack.enter_context(Process("driver", feeder.command, directory))
            time.sleep(0.3)  # let what a session brings with it pass: it is not measured here
            feeder.go()
            sink.wait_word("done", 30 + count * spacing_us / 1e6, [speaker])
            written = feeder.stamps(30)
            sink.go()
            received = sink.stamps()[:count]
        return spread_us([after - before for before, after in zip(written, received)])

    subjects = [FloorSubject(), FloorSubject(spin=True), *ours(bench.build)]
    subjects.append(ours_with_timestamps(bench.build))
    return repeated(bench, [*subjects, exabgp(), GoBgp(), Bird()], measure)


def static_routes(bench):
    """N routes in the configuration: exec -> the last prefix at the peer."""
    blocking = ours(bench.build)[0]

    def measure_count(count):
        def measure(subject):
            with workplace() as (directory, port), ExitStack() as stack:
                words = [port, PEER_AS, 1, count, "OUT", *([] if subject.dials else ["--dial"])]
                sink = stack.enter_context(
                    Meter([bench.programs / "bench_sink", *words], directory)
                )
                sink.wait_word("listening", 10)
                speaker = stack.enter_context(subject.start(Task(directory, port, routes=count)))
                sink.wait_word("done", 120, [speaker])
                rss_mb = speaker.peak_rss_mb()
                sink.go()
                last = max(sink.stamps()[:count])
            return {"seconds": (last - speaker.started_ns) / 1e9, "peak RSS MB": rss_mb}

        return measure

    few, many = bench.scaled(100_000), bench.scaled(1_000_000)
    for count, subjects in (
        (few, [blocking, Bird(), Frr(), exabgp()]),
        (many, [blocking, Bird()]),
    ):
        for name, row in repeated(bench, subjects, measure_count(count)):
            yield f"{name}, {count:,} routes", row


def bulk(bench):
    """Distinct routes from a helper: the first line written -> the last prefix at the peer."""
    count = bench.scaled(1_000_000)

    def measure(subject):
        with workplace() as (directory, port), ExitStack() as stack:
            sink = stack.enter_context(
                Meter([bench.programs / "bench_sink", port, PEER_AS, 1, count, "OUT"], directory)
            )
            sink.wait_word("listening", 10)
            feeder = Feeder(bench.programs, directory, "bulk", count)
            task = Task(directory, port, helper=feeder.command)
            speaker = stack.enter_context(subject.start(task))
            sink.wait_word("established", 30, [speaker])
            feeder.go()
            sink.wait_word("done", 300, [speaker])
            begin, end = feeder.stamps(30)
            rss_mb = speaker.peak_rss_mb()
            sink.go()
            last = max(sink.stamps()[:count])
        return {
            "seconds": (last - begin) / 1e9,
            "lines taken s": (end - begin) / 1e9,
            "peak RSS MB": rss_mb,
        }

    for name, row in repeated(bench, [ours(bench.build)[0]], measure):
        yield f"{name}, {count:,} routes", row
    count = bench.scaled(100_000)
    for name, row in repeated(bench, [exabgp()], measure):
        yield f"{name}, {count:,} routes", row


def inbound(bench):
    """A peer sends prefixes: its first byte -> the last JSON line read by the helper."""
    count, per_message, attribute_sets = bench.scaled(1_000_000), 200, 200

    def measure(subject):
        with workplace() as (directory, port), ExitStack() as stack:
            words = [port, PEER_AS, count, per_message, attribute_sets, "OUT"]
            source = stack.enter_context(
                Meter([bench.programs / "bench_source", *words], directory)
            )
            source.wait_word("listening", 10)
            feeder = Feeder(bench.programs, directory, "reader", count)
            task = Task(directory, port, helper=feeder.command, events=True)
            speaker = stack.enter_context(subject.start(task))
            source.wait_word("established", 30, [speaker])
            feeder.go()
            time.sleep(0.3)
            source.go()
            begin, end = source.stamps(300)
            (last,) = feeder.stamps(300)
            rss_mb = speaker.peak_rss_mb()
        return {
            "seconds": (last - begin) / 1e9,
            "bytes taken s": (end - begin) / 1e9,
            "peak RSS MB": rss_mb,
        }

    for name, row in repeated(bench, [ours(bench.build)[0], exabgp()], measure):
        yield f"{name}, {count:,} prefixes", row


def fan_out(bench):
    """One withdraw for 64 peers: the line written -> the first and the last peer have it."""
    sessions, rounds, spacing_us = 64, bench.scaled(200), 10_000
    peers = tuple(f"127.0.1.{number}" for number in range(1, sessions + 1))

    def measure(subject):
        with workplace() as (directory, port), ExitStack() as stack:
            sink = stack.enter_context(
                Meter([bench.programs / "bench_sink", port, PEER_AS, sessions, rounds, "OUT"],
                      directory)
            )  # fmt: skip
            sink.wait_word("listening", 10)
            feeder = Feeder(bench.programs, directory, "pairs", rounds, spacing_us)
            task = Task(directory, port, helper=feeder.command, peers=peers)
            speaker = stack.enter_context(subject.start(task))
            sink.wait_word("established", 60, [speaker])
            time.sleep(0.5)
            feeder.go()
            written = feeder.stamps(60 + rounds * 2 * spacing_us / 1e6)
            time.sleep(1)
            sink.go()
            stamps = sink.stamps()
        per_session = 2 * rounds
        received = [
            stamps[start + rounds : start + per_session]
            for start in range(0, len(stamps), per_session)
        ]
        if len(received) != sessions or any(0 in times for times in received):
            raise Failed("not every peer had every withdraw")
        sent = written[1::2]
        first = [min(times) - before for before, *times in zip(sent, *received)]
        last = [max(times) - before for before, *times in zip(sent, *received)]
        return {
            "first p50 us": percentile(first, 0.5) / 1000,
            "first p99 us": percentile(first, 0.99) / 1000,
            "last p50 us": percentile(last, 0.5) / 1000,
            "last p99 us": percentile(last, 0.99) / 1000,
        }

    return repeated(bench, [ours(bench.build)[0], exabgp()], measure)


def receipts(bench):
    """Many lines for many peers, without and with an id each: the first written -> all have all."""
    speaker_of_ours = ours(bench.build)[0]

    def measure_mode(mode, sessions, count):
        peers = tuple(f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(sessions))

        def measure(subject):
            with workplace() as (directory, port), ExitStack() as stack:
                words = [port, PEER_AS, sessions, count, "OUT"]
                sink = stack.enter_context(
                    Meter([bench.programs / "bench_sink", *words], directory)
                )
                sink.wait_word("listening", 10)
                feeder = Feeder(bench.programs, directory, mode, count)
                task = Task(directory, port, helper=feeder.command, peers=peers)
                speaker = stack.enter_context(subject.start(task))
                sink.wait_word("established", 120, [speaker])
                time.sleep(1)
                before_s = speaker.cpu_s()
                feeder.go()
                sink.wait_word("done", 300, [speaker])
                begin, _ = feeder.stamps(60)
                used_s = speaker.cpu_s() - before_s
                sink.go()
                last = max(sink.stamps()[: sessions * 2 * count])
            changes = sessions * count
            return {
                "seconds": (last - begin) / 1e9,
                "processor s": used_s,
                "ns a change and peer": used_s * 1e9 / changes,
            }

        return measure

    for sessions, count in ((64, bench.scaled(4096)), (1000, bench.scaled(4096))):
        for mode, words in (("bulk", "no ids"), ("receipts", "an id each")):
            measure = measure_mode(mode, sessions, count)
            for name, row in repeated(bench, [speaker_of_ours], measure):
                yield f"{name}, {sessions} peers, {count} lines, {words}", row


def idle(bench):
    """One established session and nothing to do: processor time used."""
    duration_s = 10 * max(bench.scale, 0.2)

    def measure(subject):
        with workplace() as (directory, port), ExitStack() as stack:
            sink = stack.enter_context(
                Meter([bench.programs / "bench_sink", port, PEER_AS, 1, 1, "OUT"], directory)
            )
            sink.wait_word("listening", 10)
            speaker = stack.enter_context(subject.start(Task(directory, port)))
            sink.wait_word("established", 30, [speaker])
            time.sleep(1)
            before_s = speaker.cpu_s()
            time.sleep(duration_s)
            used_s = speaker.cpu_s() - before_s
        return {"processor %": 100 * used_s / duration_s}

    return repeated(bench, [ours(bench.build)[0], exabgp()], measure)


SCENARIOS = {
    "latency": latency,
    "static": static_routes,
    "bulk": bulk,
    "inbound": inbound,
    "fan-out": fan_out,
    "receipts": receipts,
    "idle": idle,
    "failover": failover,
    "bfd": bfd,
}


def machine():
    """One line: what this was measured on, and how busy it was."""
    model = next(
        (line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if "model name" in line),
        "unknown processor",
    )
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} processors, Linux {os.uname().release}, load {load:.1f}"
