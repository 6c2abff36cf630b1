"""Whatever a helper does, the sessions, the other helpers and its own good commands go on."""

import re

import pytest
from lab import PEER_IP, wait_until
from peers import Bird, Session
from speaker import speaker_command
from stage import HELPERS, Relay, neighbor, process

MILLION = 1_000_000
# Of 1,000,000 routes with their index; a queue of what the helper does not read has no place here.
MEMORY_MAX = 256 << 20

# Each announces its own prefix.
KINDS = {
    kind: f"10.66.{number}.0/24"
    for number, kind in enumerate(
        (
            "dies",
            "is_killed",
            "garbage",
            "half_line",
            "long_line",
            "slow_line",
            "closes_output",
            "closes_input",
            "forks",
        )
    )
}
FLOODS = ("flood", "asks_for_everything")
ROUTES = 200


class Lines:
    """A file that grows, read piece by piece."""

    def __init__(self, path):
        self.file = open(path)
        self.rest = ""

    def new(self):
        *lines, self.rest = (self.rest + self.file.read(1 << 24)).split("\n")
        return lines


def test_a_million_commands_of_a_helper_that_never_reads(stage):
    sink = stage.peer.start(
        "sink",
        [*speaker_command(), "peer", "--listen", f"{PEER_IP}:179", "--as", 65002],
        stage.directory / "sink.log",
    )
    stage.on_close(sink.stop)
    wait_until(lambda: "listening" in sink.log(), "the sink listens")
    section = process("million", HELPERS / "million.py", MILLION)
    daemon = stage.speak(section + neighbor(processes="million"))
    lines = Lines(sink.log_path)
    received = set()

    def all_received():
        for line in lines.new():
            found = re.search(r" announced ipv4 unicast (20\.\S+)/32", line)
            if found:
                received.add(found[1])
        return len(received) == MILLION

    wait_until(all_received, lambda: f"{MILLION} routes, {len(received)} now")
    assert daemon.peak_memory() < MEMORY_MAX
    assert len(daemon.helpers()) == 1


@pytest.fixture(scope="module")
def company(module_stage):
    """The speaker with a good helper and one of each bad kind, connected to BIRD."""
    stage = module_stage
    peer = Bird(stage, Session(("ipv4 unicast",), speaker_as=65001, peer_as=65002))
    relay = Relay(stage)
    sections = "".join(
        process(f"bad-{kind}", HELPERS / "misbehave.py", kind, prefix)
        for kind, prefix in KINDS.items()
    )
    names = " ".join(["relay", *(f"bad-{kind}" for kind in KINDS)])
    daemon = stage.speak(relay.section + sections + neighbor(processes=names))
    helper = relay.accept(daemon)
    relay.wait_up()
    return peer, helper, daemon


@pytest.mark.parametrize("kind", KINDS)
def test_good_commands_of_a_bad_helper_are_carried_out(company, kind):
    peer, _, _ = company
    assert peer.wait_route("ipv4 unicast", KINDS[kind])["next_hop"] == "10.0.0.1"


def test_others_go_on_beside_bad_helpers(company):
    peer, helper, daemon = company
    work(peer, helper)
    assert peer.lookup("ipv4 unicast", "10.99.99.0/24") is None, "half a line is no command"
    assert daemon.process.exit_code is None
    ups = [e for e in helper.events if e["type"] == "state" and e["neighbor"]["state"] == "up"]
    assert len(ups) == 1, "the session fell"


def test_refused_lines_are_on_record(company):
    _, _, daemon = company
    refused = wait_until(
        lambda: [record for record in daemon.audit() if record["kind"] == "command-refused"],
        "refused commands in the audit log",
    )
    assert {"bad-garbage"} <= {record["cause"]["name"] for record in refused}


@pytest.mark.parametrize("kind", FLOODS)
def test_others_go_on_beside_a_flood(stage, kind):
    peer = Bird(stage, Session(("ipv4 unicast",), speaker_as=65001, peer_as=65002))
    relay = Relay(stage)
    bad = process("bad", HELPERS / "misbehave.py", kind, "10.66.0.0/24")
    daemon = stage.speak(relay.section + bad + neighbor(processes="relay bad"))
    helper = relay.accept(daemon)
    relay.wait_up()
    work(peer, helper)
    assert daemon.peak_memory() < MEMORY_MAX
    states = [event["neighbor"]["state"] for event in helper.events if event["type"] == "state"]
    assert "down" not in states


def work(peer, helper):
    """Announce one route after the other, each with its answer, and see them all at the peer."""
    for number in range(ROUTES):
        answer = helper.command(f"announce route 10.50.{number}.0/24 next-hop 10.0.0.1")
        assert answer == ["done"], answer

    def arrived():
        shown = peer.client("show", "route", "table", "unicast4", "protocol", "speaker")
        return len(re.findall(r"^10\.50\.\d+\.0/24 ", shown, re.M))

    wait_until(lambda: arrived() == ROUTES, lambda: f"{ROUTES} routes, {arrived()} now")
