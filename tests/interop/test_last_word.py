"""Whatever is done in slices, the last word counts: what BIRD holds in the end, with large tables.

OPENBELL_SPLIT says how many routes: 10.0.0.0/8 is split into prefixes of that length, 26 by default
(262,144 routes); 28 makes 1,048,576.
"""

import os

import pytest
from lab import wait_until
from peers import Bird, Session

UNICAST = "ipv4 unicast"
LENGTH = int(os.environ.get("OPENBELL_SPLIT", "26"))
MANY = 1 << (LENGTH - 8)
PATIENCE_S = 120

ONE = "static { route 192.0.2.0/24 next-hop self; }"
MANY_TOO = f"static {{ route 192.0.2.0/24 next-hop self; route 10.0.0.0/8 next-hop self split /{LENGTH}; }}"
LAST = f"10.255.255.{256 - (1 << (32 - LENGTH))}/{LENGTH}"


class Holder:
    """The speaker, and BIRD that holds what it is told."""

    def __init__(self, connected):
        self.speaker, self.peer = connected.speaker, connected.peer

    def ends_with(self, count):
        """Wait until the peer holds that many, and nothing goes on any more."""
        seen = [None]

        def quiet():
            before = seen[0]
            seen[0] = (self.peer.received(), self.speaker.process.cpu_ticks())
            return before == seen[0] and self.peer.count(UNICAST) == count

        wait_until(
            quiet,
            lambda: f"{count} routes: it holds {self.peer.count(UNICAST)}",
            PATIENCE_S,
            0.5,
        )

    def last(self):
        return self.peer.lookup_prefix(UNICAST, LAST)


@pytest.fixture
def connect_with(connect):
    def start(extra):
        return Holder(connect(Bird, Session((UNICAST,)), extra=extra))

    return start


@pytest.fixture
def born(connect):
    """The peer is born of a range when BIRD connects."""

    def start(extra):
        leaves = {"passive": "true", "listen": 179}
        session = Session((UNICAST,), active=True)
        return Holder(
            connect(Bird, session, leaves=leaves, extra=extra, address="10.255.0.0/24")
        )  # fmt: skip

    return start


def test_of_two_reloads_in_quick_succession_the_last_counts(connect_with):
    holder = connect_with(ONE)
    holder.ends_with(1)
    holder.speaker.reload(ONE, MANY_TOO)
    holder.speaker.reload(MANY_TOO, ONE)
    holder.ends_with(1)
    holder.speaker.reload(ONE, MANY_TOO)
    holder.speaker.reload(MANY_TOO, ONE)
    holder.speaker.reload(ONE, MANY_TOO)
    holder.ends_with(1 + MANY)


def test_a_command_on_a_route_that_a_running_reload_removes_counts(connect_with):
    holder = connect_with(MANY_TOO)
    holder.ends_with(1 + MANY)
    holder.speaker.reload(MANY_TOO, ONE)
    holder.speaker.announce(f"announce route {LAST} next-hop self med 7")
    holder.ends_with(2)
    assert holder.last()["med"] == 7


def test_a_command_on_a_route_that_a_running_reload_adds_counts(connect_with):
    holder = connect_with(ONE)
    holder.ends_with(1)
    holder.speaker.reload(ONE, MANY_TOO)
    holder.speaker.announce(f"withdraw route {LAST}")
    holder.ends_with(MANY)
    assert holder.last() is None


def test_a_clear_while_a_reload_adds_routes_takes_them_all(connect_with):
    holder = connect_with(ONE)
    holder.ends_with(1)
    holder.speaker.reload(ONE, MANY_TOO)
    holder.speaker.announce("clear adj-rib out")
    holder.ends_with(0)


def test_a_command_while_a_peer_is_born_counts(born):
    holder = born(MANY_TOO)
    holder.speaker.announce(f"announce route {LAST} next-hop self med 7")
    holder.speaker.announce("withdraw route 192.0.2.0/24")
    holder.ends_with(MANY)
    assert holder.last()["med"] == 7


def test_a_clear_while_a_peer_is_born_takes_them_all(born):
    holder = born(MANY_TOO)
    holder.speaker.announce("clear adj-rib out")
    holder.ends_with(0)


def test_a_reload_reaches_who_is_being_born(born):
    holder = born(MANY_TOO)
    holder.speaker.reload(MANY_TOO, ONE)
    holder.ends_with(1)
    holder.speaker.reload(ONE, MANY_TOO)
    holder.ends_with(1 + MANY)
