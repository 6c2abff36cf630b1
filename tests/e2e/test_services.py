"""What a service makes of its checks: which decide, what it announces then, and what an operator,
a reload and flapping do to it. The checks look for files, which the tests make and remove."""

import json
import time

import pytest
from lab import PEER_IP, wait_until
from peers import Bird, Session
from running import Switch
from watch import ROUTE, Watch, service

MARK = "10.1.1.102/32"
# Has no check: what comes at a reload, last, and shows that it was applied at the peer.
MARKER = service("", name="marker", route=MARK)


class Trial:
    """A service `engine` with checks of this test's own."""

    def __init__(self, stage, *names):
        self.stage = stage
        self.switches = [Switch(stage.directory, name) for name in names or ("one",)]
        for switch in self.switches:
            switch.on()

    def checks(self, extra=""):
        return "\n    ".join(
            switch.check(extra).replace("check file", f"check file {switch.name}")
            for switch in self.switches
        )

    def start(self, words=""):
        return Watch(self.stage, self.section(words))

    def section(self, words=""):
        return service(self.checks(), words)


@pytest.fixture
def trial(stage):
    return lambda *names: Trial(stage, *names)


def med(run):
    route = run.peer.lookup("ipv4 unicast", ROUTE)
    return route and route.get("med")


def wait_med(run, value):
    wait_until(lambda: med(run) == value, lambda: f"MED {value}, not {med(run)}")


def test_nothing_before_the_checks_have_decided(stage):
    """Unknown announces nothing; ten of a slow check's answers are still to come."""
    switch = Switch(stage.directory, "one")
    switch.on()
    slow = switch.check().replace("rise 1", "rise 1000")
    run = Watch(stage, service(slow) + MARKER)
    run.comes("configured", "marker", MARK)
    assert run.show()["state"] == "unknown"
    assert not run.has(ROUTE)


def test_all(trial):
    """The default: one of them is enough to fall, all of them to rise."""
    case = trial("one", "two", "three")
    run = case.start()
    run.comes()
    case.switches[1].off()
    run.goes("check two: no such file")
    case.switches[2].off()
    run.wait_check("down", 2)
    case.switches[1].on()
    run.wait_check("up", 1)
    assert not run.has(ROUTE)
    case.switches[2].on()
    run.comes("check three is up")


def test_any(trial):
    case = trial("one", "two", "three")
    run = case.start("any;")
    run.comes()
    for switch in case.switches[:2]:
        switch.off()
    run.wait_check("down", 0)
    run.wait_check("down", 1)
    assert run.has(ROUTE)
    case.switches[2].off()
    run.goes("check three: no such file")
    case.switches[1].on()
    run.comes("check two is up")


def test_at_least(trial):
    case = trial("one", "two", "three")
    run = case.start("at-least 2;")
    run.comes()
    case.switches[0].off()
    run.wait_check("down", 0)
    assert run.has(ROUTE)
    case.switches[2].off()
    run.goes("check three: no such file")
    case.switches[0].on()
    run.comes("check one is up")


def test_disable_file(stage, trial):
    """Maintenance by a file: disabled, not down."""
    case = trial()
    stop = stage.directory / "stop"
    run = Watch(stage, service(case.checks(f"disable-file {stop};")))
    run.comes()
    stop.touch()
    run.goes("stop exists", state="disabled")
    assert run.show()["state"] == "disabled" and run.check()["disabled"]
    stop.unlink()
    run.comes("stop is gone")


def test_disable_file_that_is_there_at_the_start(stage, trial):
    case = trial()
    stop = stage.directory / "stop"
    stop.touch()
    run = Watch(stage, service(case.checks(f"disable-file {stop};")) + MARKER)
    run.wait_check("up")
    run.here(MARK)
    assert run.show()["state"] == "disabled" and not run.has(ROUTE)
    stop.unlink()
    run.comes("stop is gone")


def test_a_new_session_gets_what_is_well_now(trial):
    """The routes of what is up; nothing of what fell while the session was down."""
    case = trial()
    run = Watch(case.stage, case.section() + MARKER)
    run.comes()
    run.peer.client("disable", "speaker")
    wait_until(run.session_fell, "the session fell")
    case.switches[0].off()
    run.told("down", "check one: no such file")
    run.peer.client("enable", "speaker")
    run.here(MARK)
    assert not run.has(ROUTE)
    case.switches[0].on()
    run.comes()
    run.peer.client("restart", "speaker")
    wait_until(lambda: run.peer.established() and run.has(ROUTE), "announced to the new session")


FAMILIES = {
    "ipv4 mpls-vpn": (
        "ipv4 mpls-vpn 10.5.0.0/16 next-hop 10.0.0.1 rd 65000:1 label 800 "
        "extended-community [ target:65000:1 ];",
        "65000:1 10.5.0.0/16",
    ),
    "ipv6 unicast": ("route 2001:db8:5::/48 next-hop 2001:db8:ff::1;", "2001:db8:5::/48"),
    "ipv4 flow": (
        "ipv4 flow destination 10.5.0.0/16 protocol tcp destination-port =80 discard;",
        "10.5.0.0/16 proto 6 dport 80",
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_routes_of_every_family(stage, trial, family):
    route, key = FAMILIES[family]
    families = ("ipv4 unicast", family)
    case = trial()
    run = Watch(
        stage,
        case.section(route),
        peer=Bird(stage, Session(families, speaker_as=65001, peer_as=65002)),
        families=families,
    )
    for _ in range(2):
        run.comes()
        run.peer.wait_route(family, key)
        case.switches[0].off()
        run.goes("check one: no such file")
        run.peer.wait_no_route(family, key)
        case.switches[0].on()
    run.peer.wait_route(family, key)


def test_when_down_and_disabled(trial):
    """Other attributes in the place of a withdrawal: the same route, one UPDATE for each change."""
    case = trial()
    run = case.start("when down { med 1000; community [ 65000:666 ]; } when disabled { med 500; }")
    run.comes()
    updates, withdraws = run.received()
    case.switches[0].off()
    run.told("down", "no such file")
    wait_med(run, 1000)
    assert run.here(ROUTE)["communities"] == {"65000:666"}
    run.say("service engine disable")
    wait_med(run, 500)
    assert "communities" not in run.here(ROUTE)
    run.say("service engine enable")
    wait_med(run, 1000)
    case.switches[0].on()
    wait_med(run, 10)
    wait_until(
        lambda: run.received() == (updates + 4, withdraws),
        lambda: f"four more updates than {updates}, {withdraws}: {run.received()}",
    )


def updates(stream):
    """How many UPDATEs (RFC 4271 4.1) are in a stream that begins with a message."""
    data, count = bytes.fromhex(stream), 0
    while len(data) >= 19:
        count += data[18] == 2
        data = data[int.from_bytes(data[16:18], "big") :]
    return count


def test_one_update_for_routes_with_equal_attributes(trial):
    case = trial()
    routes = [f"10.2.{number}.0/24" for number in range(20)]
    run = case.start("".join(f"route {prefix} next-hop 10.0.0.1 med 10;" for prefix in routes))
    run.comes()
    for prefix in routes:
        run.here(prefix)
    sent = run.listen_to_the_wire()
    case.switches[0].off()
    for prefix in (ROUTE, *routes):
        run.gone(prefix)
    wait_until(sent, "the bytes on the wire")
    assert updates(sent()) == 1
    case.switches[0].on()
    run.comes()
    for prefix in routes:
        run.here(prefix)
    wait_until(lambda: updates(sent()) > 1, "the bytes on the wire")
    assert updates(sent()) == 2


def test_an_operators_word_is_above_the_checks(trial):
    case = trial()
    run = case.start()
    run.comes()
    run.say("service engine down")
    run.goes("command")
    assert run.show()["order"] == "down"
    run.say("service engine enable")
    run.comes("command")
    case.switches[0].off()
    run.goes("check one: no such file")
    run.say("service engine up")
    run.comes("command")
    assert run.show()["order"] == "up" and run.check()["state"] == "down"
    run.say("service engine disable")
    run.goes("command", state="disabled")
    run.say("service engine enable")
    run.told("down", "command")
    assert not run.has(ROUTE)
    case.switches[0].on()
    run.comes("check one is up")
    record = run.recorded("up", "command")
    assert record["cause"]["kind"] == "helper" and record["command"] == "service engine up"


@pytest.mark.parametrize("command", ["service other down", "service engine sideways", "service"])
def test_wrong_commands_change_nothing(trial, command):
    run = trial().start()
    run.comes()
    run.refused(command)
    assert run.show()["state"] == "up" and run.has(ROUTE)


def test_what_helpers_and_the_audit_log_are_told(trial):
    case = trial()
    run = case.start()
    assert run.told("up")["service"] == {
        "name": "engine", "state": "up", "previous": "unknown", "reason": "check one is up",
    }  # fmt: skip
    case.switches[0].off()
    event = run.goes("no such file")
    reason = "check one: no such file or directory"
    assert event["type"] == "service"
    assert event["service"] == {
        "name": "engine", "state": "down", "previous": "up", "reason": reason,
    }  # fmt: skip
    record = run.recorded("down", reason)
    assert record["cause"] == {"kind": "check", "name": "engine"}
    assert record["neighbors"] == [PEER_IP]
    shown = run.show()
    assert (shown["state"], shown["reason"]) == ("down", reason)
    assert (shown["order"], shown["held"], shown["dampened"]) == ("checks", None, False)
    check = shown["checks"][0]
    assert (check["name"], check["kind"], check["error"]) == (
        "one", "file", "no such file or directory",
    )  # fmt: skip
    assert check["attempts"] >= check["failures"] >= 1
    (services,) = run.say("show services json")
    assert [service["name"] for service in json.loads(services)] == ["engine"]


HOLD_S = 2


def flap(run, case, times):
    for _ in range(times):
        case.switches[0].off()
        run.goes("check one: no such file")
        case.switches[0].on()
        run.comes()


def test_dampen(trial):
    """After the second failure within a minute the checks alone do not bring it back."""
    case = trial()
    run = case.start(f"dampen {{ after 2; within 60s; hold {HOLD_S}s; }}")
    run.comes()
    flap(run, case, 1)
    failed = time.monotonic()
    case.switches[0].off()
    run.goes("check one: no such file")
    case.switches[0].on()
    run.comes("no longer dampened")
    assert time.monotonic() - failed >= HOLD_S


def test_dampen_waits_for_quiet(trial):
    """What fails again while it is dampened stays down until nothing has failed for `hold`."""
    case = trial()
    run = case.start(f"dampen {{ after 1; within 60s; hold {HOLD_S}s; }}")
    run.comes()
    began = time.monotonic()
    case.switches[0].off()
    run.goes("check one: no such file")
    case.switches[0].on()
    run.wait_check("up")
    wait_until(lambda: time.monotonic() - began > HOLD_S / 2, "half of the time")
    failed = time.monotonic()
    case.switches[0].off()
    run.wait_check("down")
    case.switches[0].on()
    run.comes("no longer dampened")
    assert time.monotonic() - failed >= HOLD_S


def test_dampen_counts_what_takes_the_service_down(trial):
    """A check that the service does not need may fail as often as it likes."""
    case = trial("one", "two")
    run = case.start("any; dampen { after 2; within 60s; hold 600s; }")
    run.comes()
    for _ in range(3):
        case.switches[0].off()
        run.wait_check("down")
        case.switches[0].on()
        run.wait_check("up")
    assert run.show()["state"] == "up" and run.has(ROUTE)
    case.switches[0].off()
    run.wait_check("down")
    case.switches[1].off()
    run.goes("check two: no such file")
    case.switches[1].on()
    run.comes("check two is up")


def test_reload_does_not_flap(trial):
    """The peer hears nothing of services that stay, whatever else changes."""
    case = trial("one", "two")
    run = case.start()
    run.comes()
    before, mark = run.received(), run.mark()
    attempts = run.check()["attempts"]
    run.reload(case.section("when down { med 1000; }") + MARKER)
    run.here(MARK)
    assert run.received() == (before[0] + 1, before[1]), "only the marker"
    assert not run.notices("service", mark, name="engine")
    assert run.check()["attempts"] >= attempts, "the check goes on counting"
    case.switches[1].off()
    run.told("down", "check two: no such file")
    wait_med(run, 1000)
    assert not run.session_fell()


def test_reload_with_a_new_check(stage, trial):
    """A check that is new says nothing until it has decided, and then it counts."""
    case = trial()
    run = case.start()
    run.comes()
    before, mark = run.received(), run.mark()
    new = Switch(stage.directory, "new")
    new.on()
    slow = new.check().replace("check file", "check file new").replace("rise 1", "rise 5")
    run.reload(service(case.checks() + slow) + MARKER)
    run.here(MARK)
    run.wait_check("up", 1)
    assert run.received() == (before[0] + 1, before[1]), "only the marker"
    assert not run.notices("service", mark, name="engine")
    new.off()
    run.goes("check new: no such file")


def test_reload_with_other_routes(trial):
    """Routes that stay are not sent again, new ones come, old ones go."""
    case = trial()
    run = case.start("route 10.3.0.0/16 next-hop 10.0.0.1;")
    run.comes()
    run.here("10.3.0.0/16")
    updates, withdraws = run.received()
    run.reload(case.section("route 10.4.0.0/16 next-hop 10.0.0.1;"))
    run.here("10.4.0.0/16")
    run.gone("10.3.0.0/16")
    assert run.received() == (updates + 1, withdraws + 1)
    run.reload(MARKER)
    run.gone(ROUTE)
    run.gone("10.4.0.0/16")
    run.refused("service engine show")


def test_reload_keeps_what_was_ordered(trial):
    case = trial()
    run = case.start()
    run.comes()
    run.say("service engine down")
    run.goes("command")
    run.reload(case.section() + MARKER)
    run.here(MARK)
    assert not run.has(ROUTE) and run.show()["order"] == "down"
