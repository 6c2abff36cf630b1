"""What an operator does: reload, stop, read the log of changes."""

import re
import signal

import pytest
from lab import wait_until
from peers import Bird, Session
from stage import Relay, neighbor

SESSION = Session(("ipv4 unicast",), speaker_as=65001, peer_as=65002)


class Running:
    """The speaker with a relay helper and BIRD, up; `routes` are lines of its static section."""

    def __init__(self, stage, routes=()):
        self.peer = Bird(stage, SESSION)
        self.relay = Relay(stage)
        self.daemon = stage.speak(self.configuration(routes))
        self.helper = self.relay.accept(self.daemon)
        self.relay.wait_up()

    def configuration(self, routes, **leaves):
        static = "".join(f"        route {route};\n" for route in routes)
        return self.relay.section + neighbor(f"    static {{\n{static}    }}", **leaves)

    def reload(self, text):
        """Write the file, send SIGUSR1 and wait for what came of it: the audit record."""
        before = len(self.reloads())
        self.daemon.configure(text)
        self.daemon.process.signal(signal.SIGUSR1)
        wait_until(lambda: len(self.reloads()) > before, self.daemon.log_tail)
        return self.reloads()[-1]

    def reloads(self):
        return [record for record in self.daemon.audit() if record["kind"] == "reload"
                and record["result"] in ("applied", "refused")]  # fmt: skip

    def updates_received(self):
        shown = self.peer.client("show", "protocols", "all", "speaker")
        return tuple(
            int(re.search(rf"Import {kind}: +(\d+)", shown)[1]) for kind in ("updates", "withdraws")
        )

    def session_fell(self):
        return any(
            event["type"] == "state" and event["neighbor"]["state"] == "down"
            for event in self.helper.events
        )


@pytest.fixture
def running(stage):
    return lambda routes=(): Running(stage, routes)


STATIC = ("10.1.0.0/24 next-hop 10.0.0.1 med 1", "10.2.0.0/24 next-hop 10.0.0.1 med 2")


def test_reload_with_an_error_keeps_everything(running):
    run = running(STATIC)
    run.helper.command("announce route 10.9.0.0/24 next-hop 10.0.0.1")
    for prefix in ("10.1.0.0/24", "10.2.0.0/24", "10.9.0.0/24"):
        run.peer.wait_route("ipv4 unicast", prefix)
    helpers, updates = run.daemon.helpers(), run.updates_received()
    record = run.reload(run.configuration(("10.3.0.0/24 nexthop 10.0.0.1",)))
    assert record["result"] == "refused"
    assert re.search(r"openbell\.conf:\d+:\d+", run.daemon.process.log()), "where the error is"
    assert run.helper.command("version")[-1] == "done"
    assert run.daemon.helpers() == helpers
    assert run.updates_received() == updates
    assert not run.session_fell()
    # The mistake mended, the next reload is taken.
    record = run.reload(run.configuration((*STATIC, "10.3.0.0/24 next-hop 10.0.0.1")))
    assert record["result"] == "applied"
    run.peer.wait_route("ipv4 unicast", "10.3.0.0/24")


def test_reload_applies_the_difference(running):
    run = running(STATIC)
    run.helper.command("announce route 10.9.0.0/24 next-hop 10.0.0.1")
    for prefix in ("10.1.0.0/24", "10.2.0.0/24", "10.9.0.0/24"):
        run.peer.wait_route("ipv4 unicast", prefix)
    helpers, (updates, withdraws) = run.daemon.helpers(), run.updates_received()
    # The first stays, the second changes, a third comes, and a fourth comes and goes.
    run.reload(
        run.configuration(
            (STATIC[0], "10.2.0.0/24 next-hop 10.0.0.1 med 20", "10.3.0.0/24 next-hop 10.0.0.1",
             "10.4.0.0/24 next-hop 10.0.0.1")
        )
    )  # fmt: skip
    run.peer.wait_route("ipv4 unicast", "10.3.0.0/24")
    run.peer.wait_route("ipv4 unicast", "10.4.0.0/24")
    wait_until(lambda: run.peer.lookup("ipv4 unicast", "10.2.0.0/24")["med"] == 20, "the new MED")
    run.reload(
        run.configuration(
            (STATIC[0], "10.2.0.0/24 next-hop 10.0.0.1 med 20", "10.3.0.0/24 next-hop 10.0.0.1")
        )
    )
    run.peer.wait_no_route("ipv4 unicast", "10.4.0.0/24")
    assert run.updates_received() == (updates + 3, withdraws + 1), "and nothing was sent twice"
    assert run.peer.lookup("ipv4 unicast", "10.9.0.0/24"), "a helper's route is no part of the file"
    assert run.daemon.helpers() == helpers
    assert not run.session_fell()


def test_reload_with_other_settings_restarts_the_session(running):
    run = running(STATIC)
    run.helper.command("announce route 10.9.0.0/24 next-hop 10.0.0.1")
    run.peer.wait_route("ipv4 unicast", "10.9.0.0/24")
    mark = len(run.helper.events)
    run.reload(run.configuration(STATIC, hold_time=30))
    run.helper.wait_event(
        lambda event: event["type"] == "state" and event["neighbor"]["state"] == "up",
        "a new session",
        mark,
    )
    assert run.peer.wait_route("ipv4 unicast", "10.9.0.0/24"), "it survives"
    assert run.peer.wait_route("ipv4 unicast", "10.1.0.0/24")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_says_goodbye(running, number):
    """RFC 4486: Cease / Administrative Shutdown; the helpers end; exit status 0."""
    run = running(STATIC)
    run.peer.wait_route("ipv4 unicast", "10.1.0.0/24")
    run.daemon.process.signal(number)
    assert run.daemon.process.wait() == 0
    run.peer.wait_no_route("ipv4 unicast", "10.1.0.0/24")
    shown = run.peer.client("show", "protocols", "all", "speaker")
    assert "Administrative shutdown" in shown, shown
    stops = [record for record in run.daemon.audit() if record["kind"] == "stop"]
    assert stops, "the end is on record"


def test_audit_log_has_every_change_in_order(running):
    run = running()
    commands = []
    for number in range(100):
        commands.append(f"announce route 10.50.{number}.0/24 next-hop 10.0.0.1 med {number}")
        if number % 3 == 0:
            commands.append(f"withdraw route 10.50.{number}.0/24")
    for command in commands[:-1]:
        run.helper.send(command)
    run.helper.command("announce route 10.50.0.0/24 next-hop")  # refused, and on record too
    run.helper.command(commands[-1])
    wait_until(lambda: len(run.daemon.changes()) >= len(commands), run.daemon.log_tail)
    assert run.daemon.changes() == commands
    records = run.daemon.audit()
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    times = [record["mono_ns"] for record in records]
    assert times == sorted(times)
    refused = [record for record in records if record["kind"] == "command-refused"]
    assert [record["command"] for record in refused] == ["announce route 10.50.0.0/24 next-hop"]
    changes = [record for record in records if record["kind"] == "change" and "command" in record]
    for record in changes:
        assert record["cause"]["kind"] == "helper" and record["cause"]["name"] == "relay"
        assert record["neighbors"] == ["10.255.0.2"] and record["result"] == "done"
