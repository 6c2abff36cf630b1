#!/usr/bin/env python3
"""A failover to watch: demo.py OPENBELL

Starts a BGP peer that prints what it receives (`openbell peer`), the speaker with the anycast
example and its helper, and a small TCP service that the helper watches; all on loopback, no root,
no router. Then kills the service and shows the withdrawal arriving, with the time from the helper's
line to the peer. Then the same with a native check instead of a helper, from the kill to the peer.
Ends by itself; exit status 1 if anything that should happen did not.
"""

import json
import os
import queue
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[1] / "01-anycast"
NATIVE = EXAMPLE.parent / "10-native-checks"
ROUTE = "10.1.1.100/32"
ROUNDS = 20
INTERVAL_S = 0.02
PATIENCE_S = 20
LIMIT_S = 55

SERVICE = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    while True:
        server.accept()[0].close()
"""

COLORS = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLORS else text


def title(text):
    print("\n" + paint("1", text))


def clock(ns):
    return time.strftime("%H:%M:%S", time.gmtime(ns // 10**9)) + f".{ns // 1000 % 10**6:06d}"


def tell(ns, who, text):
    colors = {"service": "33", "helper": "36", "peer": "32", "speaker": "34"}
    print(f"  {paint('2', clock(ns))}  {paint(colors[who], f'{who:8}')} {text}", flush=True)


class Failed(Exception):
    pass


class Program:
    """A child whose output lines go through `read` into a queue of what matters."""

    running = []

    def __init__(self, name, command, read, env=None):
        self.name = name
        self.stopped = False
        self.events = queue.Queue()
        self.lines = []
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
        )
        Program.running.append(self)
        threading.Thread(target=self._follow, args=(read,), daemon=True).start()

    def _follow(self, read):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            event = read(self.lines[-1])
            if event:
                self.events.put(event)

    def wait(self, what):
        """The next event, (UTC ns, word, text), which must be the one that `what` names."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                event = self.events.get(timeout=0.1)
                break
            except queue.Empty:
                Program.require_running(what)
                if time.monotonic() > deadline:
                    raise Failed(f"waited {PATIENCE_S} s for: {what}\n{Program.all_lines()}")
        if event[1] != what:
            raise Failed(f"wanted {what}, got {event[1]}: {event[2]}")
        return event

    @staticmethod
    def require_running(what):
        for program in Program.running:
            status = program.process.poll()
            if status is not None and not program.stopped:
                raise Failed(
                    f"{program.name} ended with status {status} before: {what}\n"
                    f"{Program.all_lines()}"
                )

    @staticmethod
    def all_lines():
        return "\n".join(
            f"{program.name}: {line}" for program in Program.running for line in program.lines[-20:]
        )

    def stop(self, number=signal.SIGTERM):
        self.stopped = True
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def read_peer(line):
    """`SECONDS.MICROSECONDS [ADDRESS] WORD TEXT`"""
    found = re.match(r"(\d+)\.(\d{6}) (?:\S+ )??(listening|established|announced|withdrawn)\b(.*)",
                     line)  # fmt: skip
    return found and (int(found[1]) * 10**9 + int(found[2]) * 1000, found[3], found[4].strip())


def read_helper(line):
    """The trace of the helper among the speaker's log: `UTC-NANOSECONDS announce|withdraw`"""
    found = re.match(r"(\d{19}) (announce|withdraw)$", line)
    return found and (int(found[1]), found[2], "")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports


def configuration(audit, bgp_port, service_port):
    """The anycast example on loopback."""
    text = on_loopback(EXAMPLE, bgp_port, (
        (r"run anycast\.py", f"run {EXAMPLE}/anycast.py --trace"),
        (r"127\.0\.0\.1:7000", f"127.0.0.1:{service_port}"),
        (r"--interval \S+;", f"--interval {INTERVAL_S};"),
    ))  # fmt: skip
    return text + f"\naudit {{\n    directory {audit};\n}}\n"


def on_loopback(example, bgp_port, replacements):
    """The text of an example's configuration, for a peer on 127.0.0.1."""
    text = (example / "openbell.conf").read_text()
    for old, new in (
        *replacements,
        (r"neighbor \S+ {", "neighbor 127.0.0.1 {"),
        (r"local-address \S+;", f"local-address 127.0.0.1;\n    connect {bgp_port};"),
        (r'"top of rack"', '"openbell peer"'),
    ):
        text, count = re.subn(old, new, text)
        if count != 1:
            raise Failed(f"the example has {count} times {old}")
    return text


def without_comments(text):
    lines = (line for line in text.splitlines() if line.strip())
    return "\n".join(f"  {line}" for line in lines if not line.strip().startswith("#"))


def start_service(port):
    return subprocess.Popen([sys.executable, "-c", SERVICE, str(port)])


def fail_over(speaker, peer, port, say):
    """One life of the service. Returns the times from line to peer, (announce, withdraw), in us."""
    started = time.time_ns()
    service = start_service(port)
    try:
        up_line, _, _ = speaker.wait("announce")
        up_peer, _, up_text = peer.wait("announced")
    finally:
        killed = kill_now(service)
    down_line, _, _ = speaker.wait("withdraw")
    down_peer, _, down_text = peer.wait("withdrawn")
    for text in (up_text, down_text):
        if ROUTE not in text:
            raise Failed(f"another route: {text}")
    up_us, down_us = (up_peer - up_line) / 1000, (down_peer - down_line) / 1000
    if say:
        tell(started, "service", f"starts on 127.0.0.1:{port}")
        tell(up_line, "helper", f"announce route {ROUTE} next-hop 10.0.0.1")
        tell(up_peer, "peer", f"announced {up_text}   " + paint("1;32", f"+{up_us:.0f} us"))
        tell(killed, "service", paint("1;31", "killed"))
        noticed = (down_line - killed) / 1e6
        tell(down_line, "helper",
             f"withdraw route {ROUTE}   (noticed after {noticed:.1f} ms: "
             f"it looks every {INTERVAL_S * 1000:.0f} ms)")  # fmt: skip
        tell(down_peer, "peer", f"withdrawn {down_text}   " + paint("1;32", f"+{down_us:.0f} us"))
    return up_us, down_us


def native(binary, directory, peer, environment):
    """The same without a helper: the speaker holds a connection to the engine."""
    bgp_port, engine_port = peer.port, free_ports(1)[0]
    heartbeat = f"{directory}/heartbeat"
    text = on_loopback(NATIVE, bgp_port, (
        (r"127\.0\.0\.1:7000", f"127.0.0.1:{engine_port}"),
        (r"/dev/shm/openbell-example-engine", heartbeat),
    ))  # fmt: skip
    path = Path(directory) / "native.conf"
    path.write_text(text)
    title("Without a helper (etc/examples/10-native-checks): from the kill to the peer")
    print(without_comments(text[text.index("\nservice") :]))
    speaker = Program("speaker", [binary, str(path)], lambda line: None, environment)
    peer.wait("established")
    times = []
    for _ in range(ROUNDS):
        engine = subprocess.Popen([sys.executable, NATIVE / "engine.py", str(engine_port), heartbeat])
        try:
            _, _, up_text = peer.wait("announced")
            time.sleep(0.02)
        finally:
            killed = kill_now(engine)
        down, _, down_text = peer.wait("withdrawn")
        if ROUTE not in up_text or ROUTE not in down_text:
            raise Failed(f"another route: {up_text}, {down_text}")
        times.append((down - killed) / 1000)
        print(".", end="", flush=True)
    print(f"\n\n  from kill -9 to the withdrawal at the peer: median {statistics.median(times):.0f} us, "
          f"worst {max(times):.0f} us")  # fmt: skip
    if speaker.stop() != 0:
        raise Failed(f"the speaker did not end well\n{Program.all_lines()}")


def kill_now(process):
    """The time right before the signal."""
    now = time.time_ns()
    process.kill()
    process.wait()
    return now


def audit_commands(directory):
    records = []
    for path in sorted(Path(directory).glob("*.jsonl")):
        records += [json.loads(line) for line in path.read_text().splitlines()]
    return [record for record in records if record["kind"] == "change" and "command" in record]


def run(binary, directory):
    bgp_port, service_port = free_ports(2)
    audit = f"{directory}/audit"
    os.mkdir(audit)
    text = configuration(audit, bgp_port, service_port)
    path = Path(directory) / "openbell.conf"
    path.write_text(text)

    title("The configuration (etc/examples/01-anycast, on loopback)")
    print(without_comments(text))

    title("One failover")
    command = [binary, "peer", "--listen", f"127.0.0.1:{bgp_port}", "--as", "65000"]
    peer = Program("peer", command, read_peer)
    peer.port = bgp_port
    tell(peer.wait("listening")[0], "peer", f"listens on 127.0.0.1:{bgp_port}")
    environment = {**os.environ, "exabgp_daemon_drop": "false", "exabgp_api_cli": "false",
                   "exabgp_tcp_bind": ""}  # fmt: skip
    speaker = Program("speaker", [binary, str(path)], read_helper, environment)
    tell(peer.wait("established")[0], "speaker", "session established")
    fail_over(speaker, peer, service_port, say=True)

    title(f"{ROUNDS} more")
    times = []
    for _ in range(ROUNDS):
        times.append(fail_over(speaker, peer, service_port, say=False))
        print(".", end="", flush=True)
    print("\n")
    print("  from the helper's line to the peer, us     median     worst")
    for name, values in zip(("announce", "withdraw"), zip(*times)):
        print(f"  {name:38} {statistics.median(values):10.0f} {max(values):9.0f}")

    status = speaker.stop()
    if status != 0:
        raise Failed(f"the speaker ended with status {status}\n{Program.all_lines()}")

    title("What the audit log says of the first failover")
    changes = audit_commands(audit)
    for record in changes[:2]:
        print(f"  {record['time']}  seq {record['seq']}  {record['cause']['name']}: "
              f"{record['command']} -> {', '.join(record['neighbors'])}")  # fmt: skip
    if len(changes) != 2 * (ROUNDS + 1):
        raise Failed(f"{len(changes)} changes on record, made were {2 * (ROUNDS + 1)}")
    print(f"  ... and {len(changes) - 2} more: every change is on record")
    native(binary, directory, peer, environment)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done after {LIMIT_S} s"))
    signal.alarm(LIMIT_S)
    print(paint("1", "OpenBell: a service dies, its route goes"))
    with tempfile.TemporaryDirectory(prefix="openbell-demo-") as directory:
        try:
            run(binary, directory)
        except Failed as failure:
            print(paint("1;31", f"\nfailed: {failure}"), file=sys.stderr)
            sys.exit(1)
        finally:
            for program in reversed(Program.running):
                program.stop()
    print("\nAll of it happened. Next: etc/examples, docs/guide/getting-started.md\n")


if __name__ == "__main__":
    main()
