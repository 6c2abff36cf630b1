"""Plans and drills: what they would send, what passes on the cable, and what BIRD has then."""

import os
import re
import subprocess

import pytest
from lab import wait_until
from peers import Bird
from running import FAMILY, SESSION, Running, Switch
from speaker import speaker_command
from stage import second

GATEWAY, MARKET, MOVED, STATIC = "10.1.1.100/32", "10.1.1.101/32", "10.4.0.0/24", "10.5.0.0/24"


class Chicago:
    """Two services, a route and a plan that moves them.

    words: more lines of the plan; sections: more sections; options: as of Running.
    """

    def __init__(self, stage, words="", sections="", **options):
        self.gateway = Switch(stage.directory, "gateway")
        self.market = Switch(stage.directory, "market")
        self.gateway.on(), self.market.on()
        self.sections = (
            self.gateway.service(GATEWAY)
            + self.market.service(MARKET, "when down { med 1000; }")
            + f"""plan chicago {{
    service gateway down;
    service market down;
    route {MOVED} next-hop 10.0.0.9 community [ 65000:911 ];
    withdraw route {STATIC};
    {words}
}}
"""
        )
        self.run = Running(stage, self.sections + sections, **options)
        self.run.say(f"announce route {STATIC} next-hop self med 7")
        self.wait_before()

    def wait_before(self):
        run = self.run
        run.here(GATEWAY)
        wait_until(lambda: "med" not in run.here(MARKET), "the service as it is when up")
        assert run.here(STATIC)["med"] == 7
        run.gone(MOVED)

    def wait_after(self):
        run = self.run
        run.gone(GATEWAY), run.gone(STATIC)
        wait_until(lambda: run.here(MARKET).get("med") == 1000, "the service as it is when down")
        moved = run.here(MOVED)
        assert moved["next_hop"] == "10.0.0.9" and moved["communities"] == {"65000:911"}

    def wait_armed(self):
        self.wait_state("armed")

    def wait_state(self, state):
        wait_until(lambda: self.plan()["state"] == state, lambda: f"{state}: {self.plan()}")

    def plan(self):
        return self.run.ask("show plans json")[0]


def shown(run, plan="chicago"):
    """[(neighbor, message in hexadecimal)] of what the plan would send now."""
    lines = run.say(f"plan show {plan}")
    rule = rf"plan {plan} neighbor (\S+) update ([0-9A-F]+)"
    found = [re.fullmatch(rule, line) for line in lines]
    assert all(found), lines
    return [(line[1], line[2].lower()) for line in found]


def test_what_it_shows_is_what_the_peer_gets(stage):
    """Every byte, in the same order, when it is armed."""
    chicago = Chicago(stage)
    run = chicago.run
    chicago.wait_armed()
    messages = shown(run)
    assert messages and {neighbor for neighbor, _ in messages} == {"10.255.0.2"}
    wire = run.listen_to_the_wire()
    run.say("plan run chicago")
    chicago.wait_after()
    wanted = "".join(message for _, message in messages)
    wait_until(lambda: wanted in wire(), lambda: f"{wanted} in {wire()}")
    assert updates(wire()) == [message for _, message in messages], "and nothing else"
    assert not run.session_fell()


def updates(stream):
    """The UPDATE messages among BGP messages, all in hexadecimal; the last may be cut."""
    found = []
    while len(stream) >= 38:
        assert stream.startswith("ff" * 16), stream
        size = int(stream[32:36], 16) * 2
        if len(stream) < size:
            break
        if stream[36:38] == "02":
            found.append(stream[:size])
        stream = stream[size:]
    return found


def test_what_a_disarmed_plan_shows_is_what_the_peer_gets(stage):
    """Messages may be cut otherwise; together they say the same, in as many messages."""
    chicago = Chicago(stage, "armed false;")
    run = chicago.run
    assert chicago.plan()["state"] == "disarmed"
    messages = [message for _, message in shown(run)]
    wire = run.listen_to_the_wire()
    run.say("plan run chicago")
    chicago.wait_after()
    wait_until(lambda: len(updates(wire())) >= len(messages), "the messages")
    assert sorted(updates(wire())) == sorted(messages)


@pytest.mark.parametrize("armed", ["true", "false"])
def test_run_and_revert(stage, armed):
    chicago = Chicago(stage, f"armed {armed};")
    run = chicago.run
    run.refused("plan revert chicago")
    for turn in (1, 2):
        mark = run.mark()
        run.say("plan run chicago")
        chicago.wait_after()
        assert chicago.plan() == {
            "name": "chicago", "state": "running", "armed": armed == "true", "runs": turn,
        }  # fmt: skip
        run.refused("plan run chicago")
        assert run.notice("plan", mark, name="chicago")["state"].startswith("run")
        assert run.notice("service", mark, name="gateway", state="down")["previous"] == "up"
        run.say("plan revert chicago")
        chicago.wait_before()
        run.notice("plan", mark, name="chicago", state="reverted")

    def commands():
        said = [record.get("command", "") for record in run.records("plan")]
        return [command for command in said if command.startswith("plan r")]

    # The log is written by a thread of its own: its last line follows the event.
    wanted = ["plan run chicago", "plan revert chicago"] * 2
    wait_until(lambda: commands() == wanted, "four records")
    record = run.records("service", result="gateway down")[0]
    assert record["cause"]["kind"] == "plan" and record["cause"]["name"] == "chicago"
    assert not run.session_fell()


def test_it_stays_run_whatever_the_checks_say(stage):
    chicago = Chicago(stage)
    run = chicago.run
    run.say("plan run chicago")
    chicago.wait_after()
    failures = run.ask("service gateway show json")["checks"][0]["failures"]
    chicago.gateway.off()
    wait_until(
        lambda: run.ask("service gateway show json")["checks"][0]["failures"] > failures,
        "a failure of the check",
    )
    chicago.gateway.on()
    wait_until(
        lambda: run.ask("service gateway show json")["checks"][0]["state"] == "up", "the check"
    )
    assert not run.has(GATEWAY)
    run.say("plan revert chicago")
    chicago.wait_before()


def test_revert_gives_services_back_to_their_checks(stage):
    """A service whose check failed meanwhile does not come back."""
    chicago = Chicago(stage)
    run = chicago.run
    run.say("plan run chicago")
    chicago.wait_after()
    chicago.gateway.off()
    wait_until(
        lambda: run.ask("service gateway show json")["checks"][0]["state"] == "down", "the check"
    )
    run.say("plan revert chicago")
    run.gone(MOVED)
    run.here(STATIC)
    assert not run.has(GATEWAY)
    chicago.gateway.on()
    run.here(GATEWAY)


@pytest.mark.parametrize("trigger", ["service pilot down", "check pilot/file down"])
def test_it_runs_by_itself(stage, trigger):
    pilot = Switch(stage.directory, "pilot")
    pilot.on()
    chicago = Chicago(stage, f"when {trigger};", pilot.service("10.1.1.102/32"))
    run = chicago.run
    run.here("10.1.1.102/32")
    assert run.has(GATEWAY)
    pilot.off()
    run.gone("10.1.1.102/32")
    chicago.wait_after()
    record = run.record("plan", cause={"kind": "check", "name": "pilot"})
    assert record["detail"].startswith(" ".join((*trigger.split()[:2], "is down")))
    pilot.on()
    run.here("10.1.1.102/32")
    assert run.has(MOVED) and not run.has(GATEWAY), "it stays run until somebody reverts it"
    run.say("plan revert chicago")
    chicago.wait_before()


def test_a_check_triggers_though_its_service_stays_up(stage):
    """any: the service does not care, the plan does."""
    first, other = Switch(stage.directory, "first"), Switch(stage.directory, "other")
    first.on(), other.on()
    checks = "".join(
        f"    {switch.check().replace('check file', f'check file {switch.name}')}\n"
        for switch in (first, other)
    )
    pilot = f"service pilot {{\n    route 10.1.1.102/32 next-hop self;\n    any;\n{checks}}}\n"
    chicago = Chicago(stage, "when check pilot/first down;", pilot)
    run = chicago.run
    run.here("10.1.1.102/32")
    first.off()
    chicago.wait_after()
    assert run.has("10.1.1.102/32")


def test_bytes_of_an_earlier_session_are_never_sent(stage):
    """The table has changed since it was armed, and the session is a new one."""
    chicago = Chicago(stage)
    run = chicago.run
    chicago.wait_armed()
    for turn in range(5):
        mark = run.mark()
        run.peer.client("restart", "speaker")
        run.helper.wait_event(lambda event: is_state(event, "down"), "the session falls", mark)
        run.say(f"announce route {MOVED} next-hop 10.0.0.{turn + 1}")
        run.helper.wait_event(lambda event: is_state(event, "up"), "the session is up", mark)
        run.say("plan run chicago")
        chicago.wait_after()
        run.say("plan revert chicago")
        wait_until(
            lambda: run.here(MOVED)["next_hop"] == f"10.0.0.{turn + 1}", "what it was before"
        )
        run.here(GATEWAY), run.here(STATIC)
    states = [event["neighbor"]["state"] for event in run.helper.events
              if event.get("type") == "state"]  # fmt: skip
    # A connection that BIRD does not take while it restarts is no session.
    fallen = sum(one == "up" and next_one == "down" for one, next_one in zip(states, states[1:]))
    assert fallen == 5, "no session fell but those that BIRD ended"


def is_state(event, state):
    return event.get("type") == "state" and event["neighbor"]["state"] == state


def test_what_the_peer_has_is_not_sent_again(stage):
    """Nor is what it does not have withdrawn: only a change of the highest claim is one for the wire."""
    chicago = Chicago(stage, sections="plan quiet { service market down; }\n")
    run = chicago.run
    assert len(shown(run, "quiet")) == 1
    run.say(f"announce route {MOVED} next-hop 10.0.0.9 community [ 65000:911 ]")
    run.say(f"withdraw route {STATIC}")
    run.say("service gateway down")
    run.say("service market down")
    run.gone(GATEWAY), run.here(MOVED)
    assert run.say("plan show quiet") == ["plan quiet would send nothing to anybody now"]
    run.refused("drill quiet")
    assert run.say("plan show chicago") == ["plan chicago would send nothing to anybody now"]
    wire = run.listen_to_the_wire()
    run.say("plan run quiet")
    run.say("plan run chicago")
    run.say("announce route 10.9.0.0/24 next-hop self")
    run.here("10.9.0.0/24")
    wait_until(lambda: len(updates(wire())) >= 1, "the last one on the wire")
    assert len(updates(wire())) == 1


def test_arm_and_disarm(stage):
    chicago = Chicago(stage)
    run = chicago.run
    chicago.wait_armed()
    run.say("plan disarm chicago")
    assert chicago.plan()["state"] == "disarmed"
    run.say("plan arm chicago")
    assert chicago.plan()["state"] == "armed"
    run.say("announce route 10.9.0.0/24 next-hop self")
    chicago.wait_armed()
    for command in ("plan run nobody", "plan walk chicago", "plan show", "drill nobody"):
        run.refused(command)
    wait_until(
        lambda: [record["result"] for record in run.records("plan")]
        == ["chicago disarmed", "chicago armed"],
        "two records",
    )


def test_a_reload_does_not_change_a_plan_that_runs(stage):
    """Not even when its section is gone: it can still be reverted."""
    chicago = Chicago(stage)
    run = chicago.run
    run.say("plan run chicago")
    chicago.wait_after()
    run.reload(chicago.sections[: chicago.sections.index("plan chicago")])
    run.say("announce route 10.9.0.0/24 next-hop self")
    run.here("10.9.0.0/24")
    chicago.wait_after()
    run.say("plan revert chicago")
    chicago.wait_before()


def test_many_neighbors(stage):
    """Each gets its own bytes, and the plan's routes go to those that it names."""
    other = second(Bird)(stage.second(), SESSION)
    chicago = Chicago(stage, "neighbor 10.255.0.2;", others=("10.255.0.3",))
    run = chicago.run
    other.wait_route(FAMILY, GATEWAY)
    assert {neighbor for neighbor, _ in shown(run)} == {"10.255.0.2", "10.255.0.3"}
    run.say("plan run chicago")
    chicago.wait_after()
    other.wait_no_route(FAMILY, GATEWAY)
    wait_until(lambda: other.wait_route(FAMILY, MARKET).get("med") == 1000, "the other's MED")
    assert other.lookup(FAMILY, MOVED) is None
    assert other.lookup(FAMILY, STATIC)["med"] == 7
    run.say("plan revert chicago")
    chicago.wait_before()
    other.wait_route(FAMILY, GATEWAY)


# --- drills


def test_a_drill_sends_the_bytes_to_nobody(stage):
    chicago = Chicago(stage)
    run = chicago.run
    chicago.wait_armed()
    before = run.received()
    wire = run.listen_to_the_wire()
    answer = run.ask("drill chicago budget 20s")
    assert answer["drill"] == "chicago" and answer["result"] == "within budget"
    assert answer["armed"] is True and answer["budget_ns"] == 20_000_000_000
    assert answer["bytes"] * 2 == sum(len(message) for _, message in shown(run))
    assert 0 <= answer["encoded_ns"] <= answer["written_ns"]
    assert 0 < answer["received_ns"]
    assert [peer["peer"] for peer in answer["peers"]] == ["10.255.0.2"]
    record = run.record("plan", result="drill within budget")
    assert '"drill": "chicago"' in record["detail"]
    run.say("announce route 10.9.0.0/24 next-hop self")
    run.here("10.9.0.0/24")
    assert run.received() == (before[0] + 1, before[1]), "the peer heard of the drill"
    wait_until(lambda: updates(wire()), "the route on the wire")
    assert len(updates(wire())) == 1
    chicago.wait_before()
    assert run.ask("show plans json")[0]["runs"] == 0


def test_a_drill_over_its_budget_is_an_error(stage):
    run = Chicago(stage).run
    answer = run.ask("drill chicago budget 1ns", last="error")
    assert answer["result"] == "failed" and answer["received_ns"] > 1
    run.record("plan", result="drill failed")
    assert run.ask("drill chicago")["result"] == "within budget", "without a budget none is missed"
    for command in ("drill chicago budget 300", "drill chicago budget", "drill chicago budget -1s"):
        run.refused(command)


def test_a_drill_from_cron(stage):
    """`openbell cli`: the answer, and its exit status."""
    pipes = stage.directory / "control"
    for end in ("in", "out"):
        os.mkfifo(f"{pipes}.{end}", 0o600)
    environment = {"exabgp_api_cli": "true", "exabgp_api_pipename": str(pipes)}
    Chicago(stage, environment=environment)

    def drill(budget):
        return subprocess.run(
            [*speaker_command(), "cli", "--pipename", pipes, "drill", "chicago", "budget", budget],
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    good = drill("20s")
    assert good.returncode == 0 and '"result": "within budget"' in good.stdout, good
    bad = drill("1ns")
    assert bad.returncode == 1 and '"result": "failed"' in bad.stdout, bad
