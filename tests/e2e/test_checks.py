"""Every kind of check: the route is at BIRD while what is watched is well, goes when it is not, for
the reason that the helper and the audit log are told, and comes back."""

import os
import re
import signal
import subprocess

import pytest
from lab import SPEAKER_IP6, wait_until
from peers import Bird, Session
from running import FAMILY, SESSION
from stage import SECOND_IP, neighbor, second
from watch import ASKED, PORT, ROUTE, Watch, service

ADDRESS = f"address 127.0.0.1:{PORT};"


@pytest.fixture
def watch(stage):
    return lambda *words, **more: Watch(stage, *words, **more)


def kill(program):
    """As a crash: SIGKILL, and reaped."""
    program.signal(signal.SIGKILL)
    program.wait()


# --- kinds that ask


def test_tcp(stage, watch):
    server = stage.service("tcp", PORT)
    run = watch(service(f"check tcp {{ {ADDRESS} {ASKED} }}"))
    for _ in range(2):
        run.comes()
        kill(server)
        run.goes("check tcp: connection refused")
        server = stage.service("tcp", PORT)
    run.comes()


@pytest.mark.parametrize("kind", ["tcp", "hold"])
def test_ipv6(stage, watch, kind):
    """From an address of our choice."""
    server = stage.service(kind, PORT)
    words = f"address [::1]:{PORT}; local-address {SPEAKER_IP6}; interval 100ms; fall 1; rise 1;"
    run = watch(service(f"check {kind} {{ {words} }}"))
    run.comes()
    if kind == "hold":
        assert run.check()["detail"].startswith(f"held from [{SPEAKER_IP6}]:")
    kill(server)
    run.goes(f"check {kind}: (connection (reset|refused)|closed by the peer)")
    stage.service(kind, PORT)
    run.comes()


def test_udp(stage, watch):
    server = stage.service("udp", PORT)
    run = watch(service(f'check udp {{ {ADDRESS} send "beat"; expect "beat"; {ASKED} }}'))
    run.comes()
    server.signal(signal.SIGSTOP)
    run.goes("check udp: no answer in time")
    server.signal(signal.SIGCONT)
    run.comes()
    kill(server)
    run.goes("check udp: connection refused")
    stage.service("udp", PORT)
    run.comes()


def test_udp_wrong_answer(stage, watch):
    """The echo is not what is expected; an expectation in hexadecimal that it meets is."""
    stage.service("udp", PORT)
    run = watch(
        service(f"check udp {{ {ADDRESS} send 0x00ff10; expect 0x00ff10; {ASKED} }}")
        + service(
            f'check udp {{ {ADDRESS} send "beat"; expect "boat"; {ASKED} }}',
            name="wrong",
            route="10.1.1.101/32",
        )
    )
    run.comes()
    run.wait_check("down", name="wrong")
    assert not run.has("10.1.1.101/32")


class Pages:
    """What the web server of service.py answers with."""

    def __init__(self, stage):
        self.directory = stage.directory / "pages"
        self.directory.mkdir()
        self.answer(200, "all is well")

    def answer(self, status, body):
        (self.directory / "status").write_text(str(status))
        (self.directory / "body").write_text(body)


def test_http(stage, watch):
    """The status, the body and the connection."""
    pages = Pages(stage)
    server = stage.service("http", PORT, pages.directory)
    words = f'{ADDRESS} path /health; host engine.example; expect "well"; interval 100ms;'
    run = watch(service(f"check http {{ {words} rise 2; fall 2; }}"))
    run.comes()
    pages.answer(503, "all is well")
    run.goes("check http: status 503, expected 200")
    pages.answer(200, "all is well")
    run.comes()
    pages.answer(200, "trouble")
    run.goes('check http: the body does not contain "well"')
    pages.answer(200, "well again")
    run.comes()
    server.signal(signal.SIGSTOP)
    run.goes("check http: no answer in time")
    server.signal(signal.SIGCONT)
    run.comes()
    kill(server)
    run.goes("check http: .*(refused|connect)")
    stage.service("http", PORT, pages.directory)
    run.comes()


class Authority:
    """A certification authority of the test's own."""

    def __init__(self, directory):
        self.directory = directory
        self.certificate = directory / "authority.pem"
        self._openssl(
            "req", "-x509", "-subj", "/CN=Authority", "-days", "2", *self._key("authority"),
            "-out", self.certificate,
        )  # fmt: skip

    def issue(self, name):
        """A file with a certificate for this name and its key."""
        self._openssl(
            "req", "-x509", "-subj", f"/CN={name}", "-days", "2", *self._key(name),
            "-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE",
            "-CA", self.certificate, "-CAkey", self.directory / "authority.key",
            "-out", self.directory / f"{name}.crt",
        )  # fmt: skip
        both = self.directory / f"{name}.pem"
        both.write_text(
            (self.directory / f"{name}.crt").read_text()
            + (self.directory / f"{name}.key").read_text()
        )
        return both

    def _key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", self.directory / f"{name}.key")  # fmt: skip

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def test_https(stage, watch):
    """A certificate for another name is a failure."""
    pages, authority = Pages(stage), Authority(stage.directory)
    good, other = authority.issue("engine.example"), authority.issue("other.example")
    server = stage.service("http", PORT, pages.directory, good)
    words = f"{ADDRESS} host engine.example; ca-file {authority.certificate}; interval 500ms;"
    run = watch(service(f"check https {{ {words} rise 2; fall 2; }}"))
    run.comes()
    kill(server)
    run.goes("check https: .*connect")
    server = stage.service("http", PORT, pages.directory, other)
    wait_until(lambda: re.search("name|match", run.check()["error"]), lambda: run.show())
    assert not run.has(ROUTE)
    kill(server)
    stage.service("http", PORT, pages.directory, good)
    run.comes()


def test_https_trust(stage, watch):
    """A certificate that nobody known has signed is a failure, unless that is switched off."""
    pages, authority = Pages(stage), Authority(stage.directory)
    server = stage.service("http", PORT, pages.directory, authority.issue("engine.example"))
    words = f"{ADDRESS} host engine.example; interval 500ms; rise 2; fall 2;"
    strict = "10.1.1.101/32"
    run = watch(
        service(f"check https {{ {words} verify false; }}")
        + service(f"check https {{ {words} }}", name="strict", route=strict)
    )
    run.comes()
    run.wait_check("down", name="strict")
    assert "certificate" in run.check(name="strict")["error"]
    assert not run.has(strict)
    kill(server)
    run.goes("check https: .*(refused|connect)")


def runs(command):
    """Whether a process with this command line lives, wherever its program was found."""
    words = ["pgrep", "-f", f"^(/\\S+/)?{re.escape(command)}$"]
    return subprocess.run(words, capture_output=True).returncode == 0


def test_exec(stage, watch):
    """The exit status; what the command said is in the error."""
    status = stage.directory / "status"
    status.write_text("0")
    script = stage.directory / "check.sh"
    script.write_text(f'#!/bin/sh\necho "disk is full"\nexit $(cat {status})\n')
    script.chmod(0o755)
    run = watch(service(f"check exec {{ command {script}; interval 200ms; rise 2; fall 2; }}"))
    run.comes()
    status.write_text("3")
    run.goes("check exec: exit 3: disk is full")
    status.write_text("0")
    run.comes()


def test_exec_timeout(stage, watch):
    """A command that hangs is killed, with what it started."""
    hang = stage.directory / "hang"
    marker = f"{os.getpid()}.25"
    shell = f'if test -e {hang}; then sleep {marker} & wait; fi; exit 4'
    words = "status 4; interval 300ms; timeout 300ms; rise 1; fall 2;"
    run = watch(service(f'check exec {{ shell "{shell}"; {words} }}'))
    run.comes()
    hang.touch()
    run.goes("check exec: no answer in time")
    hang.unlink()
    run.comes()
    wait_until(lambda: not runs(f"sleep {marker}"), "what hung is gone")


def test_exec_of_what_is_not_there(stage, watch):
    path = stage.directory / "check"
    path.symlink_to("/bin/true")
    run = watch(service(f"check exec {{ command {path}; interval 200ms; rise 1; fall 1; }}"))
    run.comes()
    path.unlink()
    run.goes("check exec: cannot start: no such file or directory")
    path.symlink_to("/bin/true")
    run.comes()


def test_exec_ends_with_the_speaker(stage, watch):
    """A command that hangs when the speaker stops does not outlive it."""
    marker = f"{os.getpid()}.75"
    run = watch(service(f"check exec {{ command sleep {marker}; interval 60s; timeout 60s; }}"))
    wait_until(lambda: runs(f"sleep {marker}"), "it runs")
    run.daemon.process.signal(signal.SIGTERM)
    assert run.daemon.process.wait() == 0
    wait_until(lambda: not runs(f"sleep {marker}"), "it ended")


def test_file(stage, watch):
    path = stage.directory / "ready"
    path.touch()
    run = watch(service(f"check file {{ path {path}; interval 50ms; rise 2; fall 2; }}"))
    run.comes()
    path.unlink()
    run.goes("check file: no such file or directory")
    path.touch()
    run.comes()


def test_file_fresh(stage, watch):
    path = stage.directory / "ready"
    program = stage.service("touch", path)
    run = watch(service(f"check file {{ path {path}; fresh 1s; interval 50ms; rise 1; fall 1; }}"))
    run.comes()
    program.signal(signal.SIGSTOP)
    run.goes("check file: modified .* ago")
    program.signal(signal.SIGCONT)
    run.comes()


# --- kinds that the kernel or a clock tells


def test_hold(stage, watch):
    server = stage.service("hold", PORT)
    run = watch(service(f"check hold {{ {ADDRESS} interval 100ms; }}"))
    for _ in range(2):
        run.comes()
        kill(server)
        run.goes("check hold: (closed by the peer|connection (reset|refused))")
        server = stage.service("hold", PORT)
    run.comes()


def test_hold_closed_by_the_server(stage, watch):
    """A server that closes is a failure although the next connection is taken at once."""
    server = stage.service("hold", PORT)
    run = watch(service(f"check hold {{ {ADDRESS} interval 100ms; }}"))
    run.comes()
    updates, withdraws = run.received()
    server.signal(signal.SIGUSR1)
    run.told("down", "check hold: closed by the peer")
    run.comes()
    wait_until(
        lambda: run.received() == (updates + 1, withdraws + 1),
        lambda: f"withdrawn once and announced once, not {run.received()}",
    )
    assert run.recorded("down", "closed by the peer")["cause"]["kind"] == "check"


def uplink(stage):
    """A second cable to the peer: 10.9.0.1 and 10.9.0.2."""
    stage.speaker.run(
        "ip", "link", "add", "uplink", "type", "veth",
        "peer", "name", "uplink", "netns", str(stage.peer.pid),
    )  # fmt: skip
    for namespace, address in ((stage.speaker, "10.9.0.1"), (stage.peer, "10.9.0.2")):
        namespace.run("ip", "addr", "add", f"{address}/24", "dev", "uplink")
        namespace.run("ip", "link", "set", "uplink", "up")


def test_host_that_vanishes(stage, watch):
    """No FIN, no RST: keepalives and connections without an answer are the failure."""
    uplink(stage)
    stage.service("hold", PORT, namespace=stage.peer)
    words = f"address 10.9.0.2:{PORT};"
    asked = "10.1.1.101/32"
    run = watch(
        service(f"check hold {{ {words} interval 2s; timeout 2s; }}")
        + service(f"check tcp {{ {words} {ASKED} }}", name="asked", route=asked)
    )
    run.here(ROUTE)
    run.here(asked)
    stage.peer.run("ip", "link", "set", "uplink", "down")
    run.gone(asked)
    run.recorded("down", "check tcp: no answer in time", "asked")
    run.gone(ROUTE)
    run.recorded("down", "check hold: (connection timed out|no route to host)")
    stage.peer.run("ip", "link", "set", "uplink", "up")
    run.here(ROUTE)
    run.here(asked)


def program(stage, name="program"):
    """Something that runs until it is killed, under this name."""
    path = stage.directory / name
    if not path.exists():
        path.symlink_to("/bin/sleep")
    started = stage.speaker.start(name, [path, "600"], stage.directory / f"{name}.log")
    stage.on_close(started.stop)
    return started


def test_process_by_pid_file(stage, watch):
    pid_file = stage.directory / "pid"
    running = program(stage)
    pid_file.write_text(f"{running.pid}\n")
    run = watch(service(f"check process {{ pid-file {pid_file}; interval 100ms; }}"))
    run.comes()
    assert run.check()["detail"] == f"pid {running.pid}"
    kill(running)
    run.goes(f"check process: process {running.pid} ended")
    running = program(stage)
    pid_file.write_text(f"{running.pid}\n")
    run.comes()
    assert run.check()["detail"] == f"pid {running.pid}"


def test_process_by_name(stage, watch):
    name = f"ob-e2e-{os.getpid()}"
    running = program(stage, name)
    run = watch(service(f"check process {{ name {name}; interval 100ms; }}"))
    run.comes()
    kill(running)
    run.goes(f"check process: process {running.pid} ended")
    program(stage, name)
    run.comes()


def test_process_by_pid(stage, watch):
    """A number does not come back."""
    running = program(stage)
    run = watch(service(f"check process {{ pid {running.pid}; interval 100ms; }}"))
    run.comes()
    kill(running)
    run.goes(f"check process: process {running.pid} ended")


def heartbeat(stage, stale="300ms"):
    path = stage.directory / "beat"
    return path, service(f"check heartbeat {{ path {path}; stale {stale}; interval 50ms; }}")


def test_heartbeat(stage, watch):
    """A program that is stopped, not dead, is found."""
    path, section = heartbeat(stage)
    beating = stage.service("heartbeat", path)
    run = watch(section)
    for _ in range(2):
        run.comes()
        beating.signal(signal.SIGSTOP)
        run.goes("check heartbeat: stale for")
        beating.signal(signal.SIGCONT)
    run.comes()
    assert re.match(rf"pid {beating.pid} counter \d+ last ", run.check()["detail"])


def test_heartbeat_drain(stage, watch):
    path, section = heartbeat(stage)
    beating = stage.service("heartbeat", path)
    run = watch(section)
    run.comes()
    beating.signal(signal.SIGUSR1)
    run.goes("check heartbeat: draining")
    beating.require_running()
    beating.stop()
    stage.service("heartbeat", path)
    run.comes()


def test_heartbeat_file_deleted_and_made_anew(stage, watch):
    path, section = heartbeat(stage)
    beating = stage.service("heartbeat", path)
    run = watch(section)
    run.comes()
    path.unlink()
    kill(beating)
    run.goes("check heartbeat: (stale for|no such file)")
    wait_until(lambda: "no such file" in run.check()["error"].lower(), lambda: run.show())
    stage.service("heartbeat", path)
    run.comes()


def test_heartbeat_file_truncated(stage, watch):
    """What would end a reader that maps the file with SIGBUS is a reason here."""
    path, section = heartbeat(stage)
    beating = stage.service("heartbeat", path)
    run = watch(section)
    run.comes()
    kill(beating)
    run.goes("check heartbeat: stale for")
    os.truncate(path, 10)
    wait_until(lambda: "cut short: 10 bytes" in run.check()["error"], lambda: run.show())
    path.write_bytes(b"x" * 64)
    wait_until(lambda: "not a heartbeat" in run.check()["error"], lambda: run.show())
    run.daemon.process.require_running()
    stage.service("heartbeat", path)
    run.comes()


def test_interface(stage, watch):
    """Switched off here, no carrier from there, deleted and made anew."""

    def make():
        stage.speaker.run("ip", "link", "add", "lane0", "type", "veth", "peer", "name", "lane1")
        stage.speaker.run("ip", "link", "set", "lane0", "up")
        stage.speaker.run("ip", "link", "set", "lane1", "up")

    make()
    run = watch(service("check interface { name lane0; interval 100ms; }"))
    run.comes()
    stage.speaker.run("ip", "link", "set", "lane0", "down")
    run.goes("check interface: switched off")
    stage.speaker.run("ip", "link", "set", "lane0", "up")
    run.comes()
    stage.speaker.run("ip", "link", "set", "lane1", "down")
    run.goes("check interface: (operational state|no carrier)")
    stage.speaker.run("ip", "link", "set", "lane1", "up")
    run.comes()
    stage.speaker.run("ip", "link", "delete", "lane0")
    run.goes("check interface: ")
    wait_until(lambda: run.check()["error"] == "no such interface", lambda: run.show())
    make()
    run.comes()


@pytest.mark.parametrize("source", ["", "source 10.255.0.2;"])
def test_feed(stage, watch, source):
    """Silence of a group from another host; packets and gaps are counted."""
    sender = stage.service("feed", "239.1.1.1", 5000, "10.255.0.2", namespace=stage.peer)
    words = f"group 239.1.1.1:5000; {source} interface cable; silence 500ms; sequence 0 8;"
    run = watch(service(f"check feed {{ {words} interval 100ms; }}"))

    def counted():
        found = re.match(r"packets (\d+) bytes (\d+) gaps (\d+)", run.check()["detail"])
        return [int(number) for number in found.groups()]

    run.comes()
    packets, size, gaps = counted()
    assert packets > 0 and size == 8 * packets
    sender.signal(signal.SIGUSR1)
    wait_until(lambda: counted()[2] > gaps, lambda: f"a gap; {run.show()}")
    sender.signal(signal.SIGSTOP)
    run.goes("check feed: silent for")
    sender.signal(signal.SIGCONT)
    run.comes()
    assert counted()[0] > packets


def test_feed_on_an_interface_made_anew(stage, watch):
    """The group is joined again."""
    uplink(stage)
    sender = stage.service("feed", "239.1.1.1", 5000, "10.9.0.2", namespace=stage.peer)
    words = "group 239.1.1.1:5000; interface uplink; silence 500ms; interval 100ms;"
    run = watch(service(f"check feed {{ {words} }}"))
    run.comes()
    stage.speaker.run("ip", "link", "delete", "uplink")
    run.goes("check feed: (silent for|no interface called uplink)")
    sender.stop()
    uplink(stage)
    stage.service("feed", "239.1.1.1", 5000, "10.9.0.2", namespace=stage.peer)
    run.comes()


def test_feed_of_another_source(stage, watch):
    """Source-specific: what another host sends to the group is not the feed."""
    stage.service("feed", "239.1.1.1", 5000, "10.255.0.2", namespace=stage.peer)
    words = "group 239.1.1.1:5000; interface cable; silence 500ms; interval 100ms;"
    other = "10.1.1.101/32"
    run = watch(
        service(f"check feed {{ {words} }}")
        + service(f"check feed {{ {words} source 10.255.0.9; }}", name="other", route=other)
    )
    run.comes()
    run.wait_check("down", name="other")
    assert run.check(name="other")["error"] == "no packet yet"
    assert not run.has(other)


class BfdBird(Bird):
    """BIRD with BFD on the uplink."""

    def _configuration(self):
        return super()._configuration() + """
protocol bfd watcher {
    interface "uplink" { min rx interval 50 ms; min tx interval 50 ms; multiplier 4; };
    neighbor 10.9.0.1 dev "uplink";
}
"""


def test_bfd(stage, watch):
    """A path of its own fails while the session with the same peer stays."""
    uplink(stage)
    session = """
bfd path {
    peer-address 10.9.0.2;
    local-address 10.9.0.1;
    transmit 50ms;
    receive 50ms;
    multiplier 4;
}
"""
    run = watch(
        session + service("check bfd { session path; interval 1s; }"),
        peer=BfdBird(stage, SESSION),
    )

    def at_bird():
        shown = run.peer.client("show", "bfd", "sessions", "watcher")
        found = re.search(r"^10\.9\.0\.1\s+uplink\s+(\w+)", shown, re.M)
        return found and found[1]

    run.comes()
    wait_until(lambda: at_bird() == "Up", at_bird)
    stage.peer.run("ip", "link", "set", "uplink", "down")
    run.goes("check bfd: ")
    assert run.peer.established()
    stage.peer.run("ip", "link", "set", "uplink", "up")
    run.comes()
    wait_until(lambda: at_bird() == "Up", at_bird)
    run.peer.client("disable", "watcher")
    run.goes("check bfd: ")
    run.peer.client("enable", "watcher")
    run.comes()


def test_peer(stage, watch):
    """The route is at the first peer while the session with the second is established."""
    session = Session((FAMILY,), speaker_as=65001, peer_as=65003)
    other = second(Bird)(stage.second(), session)
    run = watch(
        neighbor(address=SECOND_IP, peer_as=65003)
        + service(f"check peer {{ neighbor {SECOND_IP}; }}", "neighbor 10.255.0.2;")
    )
    run.comes()
    assert other.established() and other.lookup(FAMILY, ROUTE) is None
    other.client("disable", "speaker")
    run.goes("check peer: ")
    other.client("enable", "speaker")
    run.comes()
