"""What guards hold, what they let pass, and that every override is on record."""

import os
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lab import wait_until
from peers import Bird
from routes import ORIGINATED
from running import FAMILY, SESSION, Running, Switch
from stage import Relay, second

FIRST, OTHER = "10.1.1.100/32", "10.1.1.101/32"
SHARED = ORIGINATED[FAMILY].prefix  # what the second BIRD can announce too
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(begins, ends, zone="Europe/Zurich", days=""):
    """`frozen` words for the hours from so many hours from now, in the zone."""
    now = datetime.now(ZoneInfo(zone))
    first, last = (f"{now + timedelta(hours=n):%H:%M}" for n in (begins, ends))
    return f"frozen {days} {first}-{last} {zone};"


# Those that begin an hour ago may begin yesterday: over midnight is a case like any other.
FROZEN = hours(-1, 2)


def held(run):
    return run.ask("show guard json")


def wait_held(run, **members):
    """The one held change that has these members."""
    rule = members.items()
    return wait_until(
        lambda: [one for one in held(run) if rule <= one.items()],
        lambda: f"{members} among {held(run)}",
    )[0]


def guard(*lines):
    return f"guard {{ {' '.join(lines)} }}\n"


@pytest.fixture
def switch(stage):
    def make(name):
        made = Switch(stage.directory, name)
        made.on()
        return made

    return make


# --- the last announcer


def test_the_last_announcer_by_name(stage, switch):
    """The second of two to fail is held, and goes by itself as soon as the first is back."""
    first, other = switch("first"), switch("other")
    run = Running(
        stage, first.service(FIRST, "last-announcer [ other ];") + other.service(OTHER)
    )  # fmt: skip
    run.here(FIRST), run.here(OTHER)
    first.off()
    run.gone(FIRST)
    first.on()
    run.here(FIRST)
    assert held(run) == []
    other.off()
    run.gone(OTHER)
    before = run.received()
    first.off()
    change = wait_held(run, change="service first down")
    assert change["reason"] == "nobody else announces it"
    notice = run.notice("guard", state="held")
    assert notice["number"] == change["number"] and notice["change"] == "service first down"
    assert run.ask("service first show json")["held"] == "down"
    record = run.record("guard", result="held", command="service first down")
    assert record["cause"] == {"kind": "check", "name": "first"}
    assert run.received() == before and run.has(FIRST)
    other.on()
    run.gone(FIRST)
    run.here(OTHER)
    assert held(run) == []
    assert run.notice("guard", number=change["number"], state="released: what held it has changed")


def test_what_is_held_is_forgotten_when_the_check_is_good_again(stage, switch):
    first, other = switch("first"), switch("other")
    other.off()
    run = Running(
        stage, first.service(FIRST, "last-announcer [ other ];") + other.service(OTHER)
    )  # fmt: skip
    run.here(FIRST)
    before = run.received()
    first.off()
    number = wait_held(run, change="service first down")["number"]
    first.on()
    wait_until(lambda: held(run) == [], "nothing is held")
    assert run.notice("guard", number=number, state="not wanted any more")
    assert run.received() == before and run.has(FIRST)


def test_the_last_announcer_seen_at_peers(stage, switch):
    """A service may go while another speaker announces its prefix, and not before."""
    elsewhere = second(Bird)(stage.second(), SESSION)
    first = switch("first")
    run = Running(
        stage, first.service(SHARED, "last-announcer seen;"), others=("10.255.0.3",)
    )  # fmt: skip
    elsewhere.wait_established()
    run.here(SHARED)
    first.off()
    number = wait_held(run, change="service first down")["number"]
    assert run.has(SHARED)
    elsewhere.originate(FAMILY)
    run.gone(SHARED)
    assert run.notice("guard", number=number, state="released: what held it has changed")
    first.on()
    run.here(SHARED)
    first.off()
    run.gone(SHARED)
    assert held(run) == [], "the other still announces it"
    first.on()
    run.here(SHARED)
    elsewhere.revoke(FAMILY)
    wait_until(lambda: "10.20.0.0/24" not in "".join(run.say("show adj-rib in")), "it is gone")
    first.off()
    wait_held(run, change="service first down")
    assert run.has(SHARED)


@pytest.mark.parametrize("command", ["service first down", "service first disable"])
def test_an_operator_is_held_too_and_may_insist(stage, switch, command):
    """`done` and a number; the release has its author in the audit log."""
    first = switch("first")
    run = Running(stage, first.service(FIRST, "last-announcer seen;"))
    run.here(FIRST)
    run.say(command)
    state = {"down": "down", "disable": "disabled"}[command.split()[-1]]
    number = wait_held(run, change=f"service first {state}")["number"]
    assert run.has(FIRST)
    run.refused(f"guard release {number + 1}")
    run.say(f"guard release {number}")
    run.gone(FIRST)
    record = run.record("guard", result="released")
    assert record["cause"]["kind"] == "helper" and record["cause"]["name"] == "relay"
    assert record["command"] == f"service first {state}"
    assert run.record("service", result=f"first {state}")["cause"]["name"] == "relay"
    run.say("service first enable")
    run.here(FIRST)


def test_a_plan_does_not_get_past_the_last_announcer(stage, switch):
    first = switch("first")
    plan = f"plan leave {{ service first down; route {OTHER} next-hop self; }}\n"
    run = Running(stage, first.service(FIRST, "last-announcer seen;") + plan)
    run.here(FIRST)
    run.say("plan run leave")
    run.here(OTHER)
    number = wait_held(run, change="service first down")["number"]
    assert run.has(FIRST)
    run.say(f"guard release {number}")
    run.gone(FIRST)


# --- frozen hours


def test_frozen_hours_hold_people_and_scripts(stage, switch):
    first = switch("first")
    plan = f"plan move {{ route {OTHER} next-hop self; }}\n"
    run = Running(stage, first.service(FIRST) + plan + guard(FROZEN))
    run.here(FIRST)
    commands = [
        "announce route 10.2.0.0/24 next-hop self",
        "announce attributes next-hop self nlri 10.2.1.0/24 10.2.2.0/24",
        "withdraw route 10.2.3.0/24",
        "clear adj-rib out",
        "service first down",
        "plan run move",
    ]
    before = run.received()
    for command in commands:
        run.say(command)
    assert [one["change"] for one in held(run)] == commands
    assert all(one["by"] == "relay" for one in held(run))
    assert held(run)[0]["reason"] == "frozen hours of Europe/Zurich"
    assert run.received() == before
    assert run.ask("show plans json")[0]["runs"] == 0
    for command in ("show adj-rib out", "show services", "version"):
        run.say(command)
    # In order, when somebody says so.
    run.say("guard drop " + str(held(run)[3]["number"]))
    run.say("guard release all")
    for prefix in ("10.2.0.0/24", "10.2.1.0/24", "10.2.2.0/24", OTHER):
        run.here(prefix)
    run.gone(FIRST)
    assert held(run) == []
    wait_until(
        lambda: [record["command"] for record in run.records("guard", result="released")]
        == commands[:3] + commands[4:],
        "the records of what was released",
    )
    assert run.record("guard", result="dropped")["command"] == "clear adj-rib out"


def test_a_failing_check_and_a_lease_act_in_frozen_hours(stage, switch):
    first = switch("first")
    run = Running(stage, first.service(FIRST))
    run.here(FIRST)
    run.say(f"announce route {OTHER} next-hop self lease 5s")
    run.here(OTHER)
    run.reload(first.service(FIRST) + guard(FROZEN))
    run.say("announce route 10.2.0.0/24 next-hop self")
    assert len(held(run)) == 1
    first.off()
    run.gone(FIRST)
    first.on()
    run.here(FIRST)
    run.gone(OTHER)
    assert not run.has("10.2.0.0/24") and len(held(run)) == 1


def test_checks_hold(stage, switch):
    """Also the way back up, until somebody says so."""
    first = switch("first")
    run = Running(stage, first.service(FIRST) + guard(FROZEN, "checks hold;"))
    run.here(FIRST)
    before = run.received()
    first.off()
    number = wait_held(run, change="service first down")["number"]
    assert run.received() == before and run.has(FIRST)
    run.say(f"guard release {number}")
    run.gone(FIRST)
    first.on()
    wait_held(run, change="service first up")
    assert not run.has(FIRST)
    run.say("guard release all")
    run.here(FIRST)


def test_leases_hold(stage, switch):
    """A file that is no longer fresh says that the time of the lease is over."""
    clock = switch("clock")
    service = clock.service(FIRST).replace("interval 20ms;", "interval 20ms; fresh 2s;")
    frozen = service + guard(FROZEN, "leases hold;")
    run = Running(stage, service)
    run.say(f"announce route {OTHER} next-hop self lease 1s")
    run.reload(frozen)
    clock.on()
    run.here(OTHER), run.here(FIRST)
    run.gone(FIRST)
    assert run.has(OTHER) and run.notices("lease") == []
    run.reload(service)
    run.gone(OTHER)
    assert run.notice("lease")["routes"] == 1


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_other_hours_hold_nothing(stage, zone):
    """The day on which a span begins counts, and the zone decides what the time is."""
    today = datetime.now(ZoneInfo(zone)).weekday()
    others = ",".join(DAYS[(today + n) % 7] for n in (2, 3, 4))
    words = (hours(3, 5, zone), hours(-6, -3, zone), hours(-1, 1, zone, others))
    run = Running(stage, guard(*words))
    run.say(f"announce route {FIRST} next-hop self")
    run.here(FIRST)
    run.reload(guard(*words, hours(-1, 1, zone)))
    run.say(f"announce route {OTHER} next-hop self")
    assert held(run)[0]["reason"] == f"frozen hours of {zone}"
    # What was held does not happen by itself when the hours are over.
    run.reload(guard(*words))
    assert len(held(run)) == 1 and not run.has(OTHER)
    run.say("guard release all")
    run.here(OTHER)


# --- too many changes


COUNT, LIMIT = 100, 5


def test_maximum_changes(stage, switch):
    """The first few pass, the others wait in order; checks and leases do not count."""
    first = switch("first")
    second_helper = Relay(stage, "trader")
    run = Running(
        stage, first.service(FIRST) + guard(f"maximum-changes {LIMIT};"), helpers=[second_helper]
    )
    run.here(FIRST)
    lines = [f"announce route 10.6.{n}.0/24 next-hop self" for n in range(COUNT)]
    run.helper.answers.clear()
    run.helper.send("\n".join(lines))
    run.helper.wait_for(lambda: len(run.helper.answers) == COUNT, "an answer to each")
    assert set(run.helper.answers) == {"done"}
    waiting = held(run)
    passed = COUNT - len(waiting)
    assert LIMIT <= passed < COUNT
    assert [one["change"] for one in waiting] == lines[passed:]
    assert waiting[0]["reason"] == f"more than {LIMIT} changes in a second"
    for n in range(passed):
        run.here(f"10.6.{n}.0/24")
    assert not any(run.has(f"10.6.{n}.0/24") for n in range(passed, COUNT))
    first.off()
    run.gone(FIRST)
    first.on()
    run.here(FIRST)
    # Time has passed, but order is kept: what comes later waits behind what is held.
    run.say(f"withdraw route 10.6.{COUNT - 1}.0/24")
    assert held(run)[-1]["reason"] == "an earlier command of this client is held"
    run.say(f"announce route {OTHER} next-hop self", second_helper.helper)
    run.here(OTHER)
    run.say("guard release all", second_helper.helper)
    run.here(f"10.6.{COUNT - 2}.0/24")
    run.gone(f"10.6.{COUNT - 1}.0/24")
    record = run.record("guard", result="released")
    assert record["cause"]["name"] == "trader" and record["command"] == lines[passed]


def test_a_command_of_many_routes_counts_them_all(stage):
    run = Running(stage, guard(f"maximum-changes {LIMIT};"))
    prefixes = " ".join(f"10.7.{n}.0/24" for n in range(10 * LIMIT))
    run.say(f"announce attributes next-hop self nlri {prefixes}")
    run.say(f"announce route {FIRST} next-hop self")
    assert [one["change"] for one in held(run)] == [f"announce route {FIRST} next-hop self"]
    run.here("10.7.0.0/24")
    run.say("guard drop all")
    assert held(run) == []
    assert run.record("guard", result="dropped")["cause"]["name"] == "relay"
    assert not run.has(FIRST)


def test_what_was_held_of_a_helper_that_died_can_be_released(stage):
    trader = Relay(stage, "trader")
    run = Running(stage, guard(FROZEN), helpers=[trader])
    run.say(f"announce route {FIRST} next-hop self", trader.helper)
    pid = next(
        pid for pid, words in run.daemon.helpers().items() if str(trader.helper.path) in words
    )
    os.kill(pid, 9)
    trader.accept(run.daemon)
    assert len(held(run)) == 1
    run.say("guard release all")
    run.here(FIRST)


def test_commands_about_guards_are_checked(stage):
    run = Running(stage, guard(FROZEN))
    for command in ("guard", "guard release", "guard release 7", "guard drop x", "guard lift 1"):
        run.refused(command)
    assert held(run) == [] and run.say("guard release all") == []
