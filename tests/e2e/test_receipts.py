"""Receipts: when a command was read, decided, written and acknowledged; and the histograms."""

import json
import re
import signal

import pytest
from lab import wait_until
from running import Running, Switch
from stage import Relay

ROUTE, OTHER = "10.1.1.100/32", "10.1.1.101/32"
ANNOUNCE = f"announce route {ROUTE} next-hop self"
STAGES = ("read-decided", "decided-written", "written-sent", "sent-acknowledged", "turn")


def receipt_events(run, since=0, **members):
    return run.notices("receipt", since, **members)


def test_a_receipt_says_when(stage):
    """First what happened until it was written, then what the kernel knows of the peer."""
    run = Running(stage)
    receipt = run.ask(f"{ANNOUNCE} id order-4711")
    assert receipt["id"] == "order-4711" and receipt["result"] == "done"
    (neighbor,) = receipt["neighbors"]
    assert neighbor["neighbor"] == "10.255.0.2" and neighbor["state"] == "written"
    for unit in ("ns", "utc_ns"):
        times = [receipt[f"read_{unit}"], receipt[f"decided_{unit}"]]
        times += [neighbor[f"encoded_{unit}"], neighbor[f"written_{unit}"]]
        assert times == sorted(times) and times[0] > 0
    run.here(ROUTE)
    event = run.notice("receipt", id="order-4711")
    assert event["neighbor"] == "10.255.0.2" and event["state"] == "acknowledged"
    assert event["read_utc_ns"] == receipt["read_utc_ns"]
    assert event["written_utc_ns"] == neighbor["written_utc_ns"]
    assert 0 < event["sent_utc_ns"] <= event["acknowledged_utc_ns"]
    assert len(receipt_events(run, id="order-4711")) == 1
    record = run.record("receipt", result="acknowledged")
    assert record["neighbors"] == ["10.255.0.2"]
    assert json.loads(record["detail"]) == event
    change = run.record("change")
    assert change["command"] == f"{ANNOUNCE} id order-4711"


def test_every_command_may_have_one(stage):
    plan = f"plan move {{ route {OTHER} next-hop self; }}\n"
    service = Switch(stage.directory, "first")
    service.on()
    run = Running(stage, plan + service.service("10.3.0.0/24"))
    run.here("10.3.0.0/24")
    written = {
        f"{ANNOUNCE} lease 60s": lambda: run.here(ROUTE),
        f"withdraw route {ROUTE}": lambda: run.gone(ROUTE),
        "announce attributes next-hop self nlri 10.2.0.0/24 10.2.1.0/24": lambda: run.here(
            "10.2.1.0/24"
        ),
        "plan run move": lambda: run.here(OTHER),
        "plan revert move": lambda: run.gone(OTHER),
        "service first down": lambda: run.gone("10.3.0.0/24"),
        "service first enable": lambda: run.here("10.3.0.0/24"),
    }
    for number, (command, shows) in enumerate(written.items()):
        receipt = run.ask(f"{command} id w{number}")
        states = [neighbor["state"] for neighbor in receipt["neighbors"]]
        assert (receipt["id"], receipt["result"], states) == (f"w{number}", "done", ["written"])
        shows()
        assert run.notice("receipt", id=f"w{number}")["state"] == "acknowledged"
    for command in ("version", "show neighbor summary", "show guard json", "renew"):
        assert run.helper.command(f"{command} id nothing")[-1] in ("done", "error")
    assert receipt_events(run, id="nothing") == []


def test_many_at_once(stage):
    """Commands of one burst share a turn, and each has its answer, in order."""
    run = Running(stage)
    lines = [f"announce route 10.6.{n}.0/24 next-hop self id n{n}" for n in range(100)]
    mark = run.mark()
    run.helper.answers.clear()
    run.helper.send("\n".join(lines))
    run.helper.wait_for(lambda: len(run.helper.answers) == 100, "an answer to each")
    answers = [event for event in run.helper.events[mark:] if "type" not in event]
    assert [answer["id"] for answer in answers] == [f"n{n}" for n in range(100)]
    assert all(answer["neighbors"][0]["state"] == "written" for answer in answers)
    for n in range(100):
        assert run.notice("receipt", id=f"n{n}")["state"] == "acknowledged"
    run.here("10.6.99.0/24")


def test_what_changes_nothing_is_unchanged(stage):
    run = Running(stage)
    run.say(ANNOUNCE)
    run.here(ROUTE)
    before = run.received()
    receipt = run.ask(f"{ANNOUNCE} id again")
    assert receipt["result"] == "done"
    assert receipt["neighbors"] == [{"neighbor": "10.255.0.2", "state": "unchanged"}]
    run.ask(f"announce route {OTHER} next-hop self id next")
    run.notice("receipt", id="next")
    assert receipt_events(run, id="again") == [], "there is nothing to acknowledge"
    assert run.received() == (before[0] + 1, before[1])


def test_without_a_session_there_is_nobody(stage):
    run = Running(stage)
    run.peer.client("disable", "speaker")
    wait_until(run.session_fell, "the session falls")
    assert run.ask(f"{ANNOUNCE} id early")["neighbors"] == []
    run.peer.client("enable", "speaker")
    run.here(ROUTE)


def test_an_error_has_its_reason(stage):
    run = Running(stage)
    receipt = run.ask("announce route 10.0.0.0/99 next-hop self id wrong", last="error")
    assert receipt["id"] == "wrong" and "wanted" in receipt["result"]
    assert receipt["neighbors"] == []
    assert run.ask("shout id wrong2", last="error")["result"] == "unknown command"


def test_what_a_guard_holds_is_held(stage):
    """Its receipt says so at once; there is none of the release."""
    first = Switch(stage.directory, "first")
    first.on()
    run = Running(
        stage,
        first.service("10.3.0.0/24", "last-announcer seen;")
        + "guard { frozen 00:00-24:00; }\n",  # the whole day
    )
    run.here("10.3.0.0/24")
    receipt = run.ask(f"{ANNOUNCE} id later")
    assert receipt["result"] == "held" and receipt["neighbors"] == []
    assert run.ask("service first down id down")["result"] == "held"
    run.say("guard release all")
    run.here(ROUTE)


def test_a_peer_that_does_not_acknowledge(stage):
    """Its cable is cut: the kernel cannot know, and the event says that, after a while."""
    run = Running(stage)
    stage.peer.run("ip", "link", "set", "cable", "down")
    receipt = run.ask(f"{ANNOUNCE} id lost")
    assert [neighbor["state"] for neighbor in receipt["neighbors"]] == ["written"]
    event = run.notice("receipt", id="lost")
    assert event["state"] == "unacknowledged" and "acknowledged_utc_ns" not in event
    assert run.record("receipt", result="unacknowledged")["neighbors"] == ["10.255.0.2"]


def test_a_peer_that_does_not_read_is_waited_for(stage):
    """It stops, its buffers fill up, and what is said then waits; it goes on, and is told."""
    run = Running(stage)
    run.peer.process.signal(signal.SIGSTOP)
    for block in range(200):
        prefixes = " ".join(f"20.{block}.{n >> 4}.{(n & 15) << 4}/28" for n in range(1000))
        receipt = run.ask(f"announce attributes next-hop self nlri {prefixes} id b{block}")
        (neighbor,) = receipt["neighbors"]
        if neighbor["state"] == "waiting":
            break
    assert neighbor == {"neighbor": "10.255.0.2", "state": "waiting"}
    assert run.ask(f"{ANNOUNCE} id last")["neighbors"][0]["state"] == "waiting"
    run.peer.process.signal(signal.SIGCONT)
    run.here(ROUTE)
    run.here(f"20.{block}.0.0/28")
    run.notice("receipt", id="last")
    assert not run.session_fell()


@pytest.mark.parametrize("down", ["", "when down { med 1000; }"])
def test_services_leases_and_plans_have_receipts(stage, down):
    """For helpers that subscribed, and in the audit log."""
    first = Switch(stage.directory, "first")
    first.on()
    plan = f"plan move {{ route {OTHER} next-hop self; }}\n"
    run = Running(stage, first.service("10.3.0.0/24", down) + plan)
    run.here("10.3.0.0/24")
    first.off()
    run.say("plan run move")
    run.say("plan revert move")
    run.say(f"{ANNOUNCE} lease 100ms lease-group short")
    for what in ("service first down", "plan move", "plan move reverted", "lease short"):
        event = run.notice("receipt", id=what)
        assert (event["neighbor"], event["state"]) == ("10.255.0.2", "acknowledged"), event
        assert 0 < event["read_utc_ns"] <= event["written_utc_ns"]
    wait_until(
        lambda: {"service first down", "plan move", "lease short"}
        <= {json.loads(record["detail"])["id"] for record in run.records("receipt")},
        "the receipts in the audit log",
    )


def test_text(stage):
    """A helper with `encoder text` gets a line of words."""
    trader = Relay(stage, "trader")
    trader.section = trader.section.replace("encoder json;", "encoder text;")
    run = Running(stage, helpers=[trader])
    helper = trader.helper
    helper.answers.clear()
    helper.send(f"{ANNOUNCE} id order-1")
    helper.wait_for(
        lambda: any("acknowledged" in line and "order-1" in line for line in helper.answers),
        "the second event as text",
    )
    at = helper.answers.index("done")
    line = helper.answers[at - 1]
    rule = (
        r"receipt order-1 done read (\d+) decided (\d+) "
        r"neighbor 10\.255\.0\.2 encoded (\d+) written (\d+)"
    )
    found = re.fullmatch(rule, line)
    assert found, line
    times = [int(time) for time in found.groups()]
    assert times == sorted(times)
    run.here(ROUTE)
    line = run.say(f"{ANNOUNCE} id order-2", helper)[-1]
    assert line.startswith("receipt order-2 done read ")
    assert line.endswith(" neighbor 10.255.0.2 unchanged")


def test_show_latency(stage):
    """JSON that counts what happened, for all and for each neighbor, and the same as text."""
    run = Running(stage)
    for number in range(10):
        run.ask(f"announce route 10.6.{number}.0/24 next-hop self id n{number}")
    for number in range(10):
        run.notice("receipt", id=f"n{number}")
    shown = run.ask("show latency json")
    assert set(STAGES) < set(shown["all"]) and set(shown["neighbors"]) == {"10.255.0.2"}
    of_peer = shown["neighbors"]["10.255.0.2"]
    for stages in (shown["all"], of_peer):
        for name, counted in stages.items():
            values = [counted[f"{p}_ns"] for p in ("min", "p50", "p90", "p99", "p999", "max")]
            assert values == sorted(values) and values[0] >= 0, name
    for name in ("decided-written", "written-sent", "sent-acknowledged"):
        assert of_peer[name]["count"] == shown["all"][name]["count"] >= 10
    text = run.say("show latency")
    for who, name in (("all", "read-decided"), ("10.255.0.2", "sent-acknowledged")):
        assert any(line.split()[:3] == [who, name, "count"] for line in text), text


def test_kernel_timestamps_need_no_receipt(stage):
    run = Running(stage, kernel_timestamps="true")
    for number in range(5):
        run.say(f"announce route 10.6.{number}.0/24 next-hop self")
        run.here(f"10.6.{number}.0/24")
    wait_until(
        lambda: run.ask("show latency json")["all"]["sent-acknowledged"]["count"] >= 5,
        "the kernel's time stamps",
    )


def test_without_them_nobody_asks_the_kernel(stage):
    run = Running(stage)
    run.say(ANNOUNCE)
    run.here(ROUTE)
    shown = run.ask("show latency json")["all"]
    assert shown["decided-written"]["count"] >= 1
    assert shown["written-sent"]["count"] == shown["sent-acknowledged"]["count"] == 0
