"""Leases and what a helper's death means, with the table of BIRD as the judge.

A route whose lease nobody renews is the clock of these tests: when it has gone, a lease of the same
length that somebody renewed would have ended too.
"""

import os
import signal

import pytest
from lab import wait_until
from running import Running
from stage import Relay

LEASED, WITNESS, OTHER = "10.1.1.100/32", "10.1.1.101/32", "10.1.1.102/32"


def announce(prefix, words=""):
    return f"announce route {prefix} next-hop self {words}".rstrip()


def outlive_a_lease(run, keep, lease="1s"):
    """Call keep() until a lease of this length, begun after the first call, has ended."""
    keep()
    run.say(announce(WITNESS, f"lease {lease} lease-group witness"))
    run.here(WITNESS)

    def ended():
        keep()
        return not run.has(WITNESS)

    wait_until(ended, "the end of a lease that nobody renews")


@pytest.fixture
def trader(stage):
    """A second helper, to be stopped and killed; process: more words of its section."""
    return lambda process="": Relay(stage, "trader", extra=process)


def pid_of(run, relay):
    return next(
        pid for pid, words in run.daemon.helpers().items() if str(relay.helper.path) in words
    )


def test_a_lease_runs_out(stage):
    run = Running(stage)
    run.say(announce(OTHER))
    run.say(announce(LEASED, "lease 2s"))
    assert run.here(LEASED)["as_path"] == [65001]
    assert run.ask("show leases json") == [{"group": "relay", "routes": 1, "expired": 0}]
    run.gone(LEASED)
    assert run.has(OTHER), "it has no lease"
    assert run.notice("lease")["group"] == "relay"
    assert run.notices("lease") == [{"group": "relay", "state": "expired", "routes": 1}]
    record = run.record("change", result="withdrawn")
    assert record["cause"] == {"kind": "lease", "name": "relay"}
    assert record["neighbors"] == ["10.255.0.2"]
    assert run.ask("show leases json") == [{"group": "relay", "routes": 0, "expired": 1}]
    run.refused("renew")
    run.record("command-refused", command="renew")


def test_renew_keeps_it(stage):
    run = Running(stage)
    run.say(announce(LEASED, "lease 1s lease-group kept"))
    outlive_a_lease(run, lambda: run.say("renew kept"))
    outlive_a_lease(run, lambda: run.say("renew kept"))
    assert run.has(LEASED)
    assert run.notices("lease", group="kept") == []
    run.gone(LEASED)
    assert run.notice("lease", group="kept")["routes"] == 1
    run.refused("renew kept")


def test_saying_it_again_renews_it(stage):
    run = Running(stage)
    outlive_a_lease(run, lambda: run.say(announce(LEASED, "lease 1s")))
    assert run.has(LEASED) and run.notices("lease", group="relay") == []
    assert run.received() == (2, 1), "what was said again was not sent again"
    run.gone(LEASED)


def test_one_word_renews_all_routes_of_a_helper(stage):
    run = Running(stage)
    prefixes = [f"10.2.{number}.0/24" for number in range(20)]
    for prefix in prefixes:
        run.say(announce(prefix, "lease 1s"))
    outlive_a_lease(run, lambda: run.say("renew"))
    assert run.notices("lease", group="relay") == [], "none of them has ended"
    for prefix in prefixes:
        run.gone(prefix)
    wait_until(
        lambda: sum(event["routes"] for event in run.notices("lease", group="relay")) == 20,
        "20 routes in the events",
    )


def test_announced_without_a_lease_it_stays(stage):
    run = Running(stage)
    run.say(announce(LEASED, "lease 1s"))
    run.say(announce(LEASED))
    outlive_a_lease(run, lambda: None)
    assert run.has(LEASED) and run.notices("lease", group="relay") == []


def test_withdrawn_it_has_no_lease(stage):
    """What was withdrawn and announced again without one is not ended by the old one."""
    run = Running(stage)
    run.say(announce(LEASED, "lease 1s"))
    run.say(f"withdraw route {LEASED}")
    run.say(announce(LEASED))
    outlive_a_lease(run, lambda: None)
    assert run.has(LEASED)


def test_anybody_renews_a_named_group(stage, trader):
    other = trader()
    run = Running(stage, helpers=[other])
    run.say(announce(LEASED, "lease 1s lease-group shared"), other.helper)
    outlive_a_lease(run, lambda: run.say("renew shared"))
    assert run.has(LEASED)


def test_a_stopped_helper_loses_its_routes(stage, trader):
    """It is alive and its pipes are open: only the lease tells."""
    other = trader()
    run = Running(stage, helpers=[other])
    run.say(announce(OTHER))
    run.say(announce(LEASED, "lease 1s"), other.helper)
    outlive_a_lease(run, lambda: run.say("renew", other.helper))
    assert run.has(LEASED)
    pid = pid_of(run, other)
    os.kill(pid, signal.SIGSTOP)
    other.helper.send("renew")
    run.gone(LEASED)
    assert run.has(OTHER)
    assert run.notice("lease", group="trader")["state"] == "expired"
    other.helper.answers.clear()
    os.kill(pid, signal.SIGCONT)
    other.helper.wait_for(lambda: other.helper.answers, "the answer to a renewal that is too late")
    assert other.helper.answers == ["error"]
    run.say(announce(LEASED, "lease 1s"), other.helper)
    run.here(LEASED)


def test_a_reload_does_not_touch_leases(stage):
    run = Running(stage)
    run.say(announce(LEASED, "lease 3s"))
    run.here(LEASED)
    before = run.received()
    run.reload("plan later { route 10.3.0.0/24 next-hop 10.0.0.1; }\n")
    run.say("renew")
    run.say(announce(OTHER))
    run.here(OTHER)
    assert run.has(LEASED)
    assert run.received() == (before[0] + 1, before[1]), "the leased route was sent again"
    run.gone(LEASED)
    assert run.record("change", result="withdrawn")["cause"]["kind"] == "lease"


def test_a_lease_ends_while_no_session_is_up(stage):
    run = Running(stage)
    run.peer.client("disable", "speaker")
    wait_until(run.session_fell, "the session falls")
    mark = run.mark()
    run.say(announce(OTHER))
    run.say(announce(LEASED, "lease 100ms"))
    run.notice("lease", mark, group="relay")
    run.peer.client("enable", "speaker")
    run.here(OTHER)
    assert not run.has(LEASED)


# --- on-exit


def killed(run, relay):
    """Kill the helper, and be its next life."""
    os.kill(pid_of(run, relay), signal.SIGKILL)
    relay.accept(run.daemon)


@pytest.mark.parametrize("words", ["", "on-exit keep;"])
def test_on_exit_keep(stage, trader, words):
    other = trader(words)
    run = Running(stage, helpers=[other])
    run.say(announce(LEASED), other.helper)
    run.here(LEASED)
    killed(run, other)
    outlive_a_lease(run, lambda: None)
    assert run.has(LEASED)
    run.say(f"withdraw route {LEASED}", other.helper)
    run.gone(LEASED)


def test_on_exit_withdraw(stage, trader):
    """Its routes go; those of others, and what another has said since, stay."""
    other = trader("on-exit withdraw;")
    run = Running(stage, helpers=[other])
    run.say(announce(WITNESS))
    run.say(announce(LEASED), other.helper)
    run.say(announce(OTHER), other.helper)
    run.say(announce(OTHER, "med 5"))
    run.here(LEASED)
    wait_until(lambda: run.here(OTHER).get("med") == 5, "the word of the other helper")
    killed(run, other)
    run.gone(LEASED)
    assert run.has(WITNESS) and run.has(OTHER)
    record = run.record("change", result="withdrawn")
    assert record["cause"]["kind"] == "helper" and record["cause"]["name"] == "trader"
    assert record["detail"].startswith("1 routes withdrawn")
    assert not run.session_fell()


def test_on_exit_withdraw_after(stage, trader):
    """What the next life says again in time is never withdrawn; the rest goes."""
    other = trader("on-exit withdraw after 5s;")
    run = Running(stage, helpers=[other])
    run.say(announce(LEASED), other.helper)
    run.say(announce(OTHER), other.helper)
    run.here(LEASED), run.here(OTHER)
    killed(run, other)
    run.say(announce(LEASED), other.helper)
    run.gone(OTHER)
    assert run.has(LEASED)
    assert run.received()[1] == 1, "one route was withdrawn, once"


def test_on_exit_exit(stage, trader):
    other = trader("on-exit exit;")
    run = Running(stage, helpers=[other])
    run.say(announce(LEASED))
    run.here(LEASED)
    os.kill(pid_of(run, other), signal.SIGKILL)
    assert run.daemon.process.wait() == 0
    run.gone(LEASED)
    stop = run.record("stop")
    assert stop["cause"]["kind"] == "helper" and stop["cause"]["name"] == "trader"


def test_a_restart_that_was_asked_for_is_no_death(stage, trader):
    other = trader("on-exit withdraw;")
    run = Running(stage, helpers=[other])
    run.say(announce(LEASED), other.helper)
    run.here(LEASED)
    run.daemon.process.signal(signal.SIGUSR2)
    other.accept(run.daemon)
    run.relay.accept(run.daemon)
    outlive_a_lease(run, lambda: None)
    assert run.has(LEASED)
    assert run.received()[1] == 1, "only the witness was withdrawn"
