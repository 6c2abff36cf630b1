"""`healthcheck` as the helper of a configuration that was written for ExaBGP, and by itself."""

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lab import wait_until
from peers import Bird, Session
from speaker import speaker_command
from stage import neighbor

VIP = "10.1.1.100"
PORT = 7000
CHECK = f"bash -c '</dev/tcp/127.0.0.1/{PORT}'"
FAST = "--interval 0.2 --fast-interval 0.05"


def loopback(namespace):
    """{address: label} of the loopback."""
    found = {}
    for line in namespace.run("ip", "-o", "address", "show", "dev", "lo").splitlines():
        words = line.split("\\")[0].split()
        if words[3] not in ("127.0.0.1/8", "::1/128"):
            found[words[3]] = words[-1]
    return found


def bird(stage):
    return Bird(stage, Session(("ipv4 unicast",), speaker_as=65001, peer_as=65002))


def med(peer):
    route = peer.lookup("ipv4 unicast", f"{VIP}/32")
    return route and route.get("med")


def speak(stage, run, process_extra=""):
    section = f"process watch {{\n    run {run};\n    encoder text;\n{process_extra}}}\n"
    return stage.speak(section + neighbor(processes="watch"))


def missing_program(stage):
    return stage.directory / "bin" / "exabgp"


def missing_module(stage):
    """A Python environment without ExaBGP."""
    environment = stage.directory / "venv"
    (environment / "bin").mkdir(parents=True)
    program = environment / "bin" / "python3"
    program.symlink_to(os.path.realpath(sys.executable))
    version = Path(os.path.realpath(sys.executable)).name
    (environment / "lib" / version / "site-packages").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    return f"{program} -m exabgp"


@pytest.mark.parametrize("program", [missing_program, missing_module])
def test_stands_in_for_exabgp(stage, program):
    """The MED follows the service; the address is there meanwhile and gone with the speaker."""
    peer = bird(stage)
    daemon = speak(stage, f'{program(stage)} healthcheck {FAST} --cmd "{CHECK}" --ip {VIP} -s')
    peer.wait_established()
    wait_until(lambda: med(peer) == 1000, "announced as down")
    service = stage.service("tcp", PORT)
    wait_until(lambda: med(peer) == 100, "announced as up")
    service.stop()
    wait_until(lambda: med(peer) == 1000, "announced as down again")
    assert loopback(stage.speaker) == {f"{VIP}/32": "lo"}
    assert "stands in for that of ExaBGP" in daemon.process.log()
    assert [words[1] for words in daemon.helpers().values()] == ["healthcheck"]
    daemon.process.stop()
    wait_until(lambda: loopback(stage.speaker) == {}, "the loopback is empty")


def test_withdraws_and_takes_the_address_away(stage):
    stage.speaker.run("ip", "address", "add", "10.1.1.1/32", "dev", "lo", "label", "lo:own")
    peer = bird(stage)
    service = stage.service("tcp", PORT)
    daemon = speak(
        stage,
        f'{missing_program(stage)} healthcheck {FAST} --cmd "{CHECK}" --ip {VIP} --ip 10.1.1.1 '
        "--withdraw-on-down --dynamic-ip-setup --label web",
    )
    peer.wait_established()
    peer.wait_route("ipv4 unicast", f"{VIP}/32")
    before = {"10.1.1.1/32": "lo:own"}
    assert loopback(stage.speaker) == {**before, f"{VIP}/32": "lo:web"}
    service.stop()
    peer.wait_no_route("ipv4 unicast", f"{VIP}/32")
    wait_until(lambda: loopback(stage.speaker) == {}, "the loopback is empty")
    stage.service("tcp", PORT)
    peer.wait_route("ipv4 unicast", f"{VIP}/32")
    daemon.process.stop()
    wait_until(lambda: loopback(stage.speaker) == before, "the loopback is as it was")


def test_leaves_when_the_speaker_is_killed(stage):
    peer = bird(stage)
    daemon = speak(stage, f"{missing_program(stage)} healthcheck {FAST} --ip {VIP}")
    peer.wait_established()
    peer.wait_route("ipv4 unicast", f"{VIP}/32")
    (pid,) = daemon.helpers()
    daemon.process.signal(signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the helper is gone")
    assert loopback(stage.speaker) == {}


def test_goes_on_without_answers(stage):
    peer = bird(stage)
    daemon = speak(
        stage,
        f"{missing_program(stage)} healthcheck {FAST} --rise 1 --fall 1 --ip {VIP} "
        f"--cmd 'test -e {stage.directory}/well'",
        process_extra="    ack false;\n",
    )
    peer.wait_established()
    wait_until(lambda: med(peer) == 1000, "announced as down")
    (stage.directory / "well").touch()
    wait_until(lambda: med(peer) == 100, "announced as up")
    assert daemon.process.log().count("no answer to") == 1


@pytest.fixture
def alone(stage):
    """A function that starts a health check without a speaker; what it says is in its log."""

    def start(*options, environment=None):
        process = stage.speaker.start(
            "healthcheck",
            [*speaker_command(), "healthcheck", *FAST.split(), "--no-syslog", *options],
            stage.directory / "healthcheck.log",
            env={**os.environ, **(environment or {})},
        )
        stage.on_close(process.stop)
        return process

    return start


def said(process, text, times=1):
    wait_until(lambda: process.log().count(text) >= times, lambda: text + "\n" + process.log())


def test_a_check_that_hangs_is_killed_with_its_children(stage, alone):
    pids = stage.directory / "pids"
    process = alone(
        "--ip", VIP, "--fall", "2", "--timeout", "0.2",
        "--cmd", f"sleep 1000 & echo $! >> {pids}; wait",
    )  # fmt: skip
    said(process, f"announce route {VIP}/32 next-hop self med 1000")
    first, second, *_ = pids.read_text().split()
    for pid in (first, second):
        wait_until(lambda pid=pid: not _lives(pid), f"{pid} is gone")


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_hooks_that_hang_hold_up_nothing_urgent(stage, alone):
    states = stage.directory / "states"
    process = alone(
        "--ip", VIP, "--fall", "1", "--cmd", "false", "--withdraw-on-down",
        "--down-execute", "sleep 1000", "--execute", f"echo $STATE >> {states}",
        "--execute-timeout", "0.3",
    )  # fmt: skip
    said(process, f"withdraw route {VIP}/32 next-hop self")
    said(process, "sleep 1000: not done in time")
    wait_until(lambda: states.exists() and states.read_text() == "DOWN\n", "the other hook")

    unlimited = alone(
        "--ip", VIP, "--fall", "1", "--cmd", "false", "--execute-timeout", "0",
        "--execute", f"touch {stage.directory}/hook; sleep 1000",
    )  # fmt: skip
    wait_until(lambda: (stage.directory / "hook").exists(), "the hook runs")
    unlimited.signal(signal.SIGTERM)
    assert unlimited.wait() == 0


def test_adds_every_address_of_a_network(stage, alone):
    stage.speaker.run("ip", "address", "add", "10.2.0.1/32", "dev", "lo")
    process = alone("--ip", "10.2.0.0/30", "--ip", "2001:db8::1", "--label", "web")
    said(process, "announce route 10.2.0.0/30 next-hop self med 100")
    assert loopback(stage.speaker) == {
        "10.2.0.0/32": "lo:web", "10.2.0.1/32": "lo", "10.2.0.2/32": "lo:web",
        "10.2.0.3/32": "lo:web", "2001:db8::1/128": "global",
    }  # fmt: skip
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert "withdraw route 10.2.0.0/30 next-hop self" in process.log()
    assert loopback(stage.speaker) == {"10.2.0.1/32": "lo"}


def test_puts_an_address_on_another_interface(stage, alone):
    process = alone("--ip-ifname", f"{VIP}%cable")
    said(process, f"announce route {VIP}/32 next-hop self med 100")
    assert f"{VIP}/32" in stage.speaker.run("ip", "address", "show", "dev", "cable")
    assert loopback(stage.speaker) == {}


def test_becomes_another_user_and_asks_sudo(stage, alone):
    tools = stage.directory / "tools"
    tools.mkdir()
    log = stage.directory / "sudo.log"
    sudo = tools / "sudo"
    sudo.write_text(f'#!/bin/sh\nprintf "%s " "$@" > {log}\nshift\nexec "$@"\n')
    sudo.chmod(0o755)
    process = alone(
        "--ip", VIP, "--sudo", "--user", "nobody", "--pid", stage.directory / "pid",
        "--cmd", "id -u; exit 3",
        environment={"PATH": f"{tools}:{os.environ['PATH']}"},
    )  # fmt: skip
    said(process, f"announce route {VIP}/32 next-hop self med 1000")
    said(process, f"Output of check command: {pwd.getpwnam('nobody').pw_uid}")
    words = log.read_text().split()
    assert (words[0], words[2:]) == ("-n", f"address add {VIP}/32 dev lo".split())
    assert (stage.directory / "pid").read_text().strip().isdigit()


def test_a_network_that_cannot_be_set_up(stage, alone):
    process = alone("--ip-ifname", f"{VIP}%nowhere")
    assert process.wait() == 1
    assert "nowhere" in process.log() and "announce route" not in process.log()


def test_one_line_for_a_change_with_debounce(stage, alone):
    well = stage.directory / "well"
    process = alone("--ip", VIP, "--debounce", "--cmd", f"test -e {well}", "--debug")
    said(process, f"\nannounce route {VIP}/32 next-hop self med 1000")
    well.touch()
    said(process, f"\nannounce route {VIP}/32 next-hop self med 100\n")
    well.unlink()
    said(process, f"\nannounce route {VIP}/32 next-hop self med 1000", times=2)
    announced = [line for line in process.log().splitlines() if line.startswith("announce")]
    assert len(announced) == 3


def test_a_signal_while_it_waits_for_an_answer(stage):
    process = subprocess.Popen(
        stage.speaker.wrap(
            [*speaker_command(), "healthcheck", "--ip", VIP, "--rise", "1", "--interval", "1000",
             "--no-syslog"]
        ),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == f"announce route {VIP}/32 next-hop self med 100\n"
        process.terminate()
        assert process.stdout.readline() == f"withdraw route {VIP}/32 next-hop self\n"
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def test_the_end_of_the_reader_is_the_end(stage):
    """Nobody reads its commands any more: it leaves, also while it sleeps."""
    process = subprocess.Popen(
        stage.speaker.wrap(
            [*speaker_command(), "healthcheck", "--ip", VIP, "--rise", "1", "--interval", "1000",
             "--no-syslog"]
        ),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == f"announce route {VIP}/32 next-hop self med 100\n"
        process.stdin.write("done\n")
        process.stdin.flush()
        process.stdout.close()
        assert process.wait(30) == 1
        assert "the speaker is gone" in process.stderr.read()
        assert loopback(stage.speaker) == {}
    finally:
        process.kill()
        process.wait()
