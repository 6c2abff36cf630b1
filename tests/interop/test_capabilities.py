"""What is negotiated in the OPEN, as BIRD sees its effect."""

import re

from lab import SPEAKER_IP, SPEAKER_IP6, wait_until
from peers import Bird, Session
from routes import ANNOUNCED, SPEAKER_AS

UNICAST = ("ipv4 unicast",)
EXTENDED = ("extended next hop on",)


def test_two_octet_peer(connect):
    """RFC 6793 4.2.2: AS4_PATH brings what AS_PATH cannot hold through a two-octet session."""
    session = Session(
        UNICAST, speaker_as=65000, peer_as=65001, protocol_options=("enable as4 off",)
    )
    connected = connect(Bird, session)
    connected.speaker.announce(
        f"announce route 10.34.0.0/24 next-hop {SPEAKER_IP} as-path [ 65000 {SPEAKER_AS} ]"
    )
    shown = connected.peer.wait_route("ipv4 unicast", "10.34.0.0/24")
    assert shown["as_path"] == [65000, SPEAKER_AS]


def test_add_path(connect):
    """RFC 7911: two paths of one prefix, told apart by their identifiers alone."""
    session = Session(UNICAST, channel_options=("add paths rx",))
    capability = "    capability {\n        add-path send;\n    }\n"
    connected = connect(Bird, session, extra=capability)

    def paths():
        shown = connected.peer.client("show", "route", "table", "unicast4", "all")
        return sorted(re.findall(r"BGP.med: (\d+)", shown))

    for number in (1, 2):
        connected.speaker.announce(
            f"announce route 10.32.0.0/24 next-hop {SPEAKER_IP} med {number} "
            f"path-information 0.0.0.{number}"
        )
    wait_until(lambda: paths() == ["1", "2"], lambda: f"both paths: {paths()}")
    connected.speaker.announce(
        f"withdraw route 10.32.0.0/24 next-hop {SPEAKER_IP} path-information 0.0.0.1"
    )
    wait_until(lambda: paths() == ["2"], lambda: f"the second path alone: {paths()}")


def test_route_refresh(connect):
    """RFC 2918: BIRD asks for everything again and gets it."""
    capability = "    capability {\n        route-refresh;\n    }\n"
    connected = connect(Bird, Session(UNICAST), extra=capability)
    route = ANNOUNCED["ipv4 unicast"]
    connected.speaker.announce(route.announce)
    connected.peer.wait_route(route.family, route.key)

    def updates_received():
        shown = connected.peer.client("show", "protocols", "all", "speaker")
        return int(re.search(r"Import updates: +(\d+)", shown)[1])

    before = updates_received()
    mark = connected.speaker.mark()
    connected.peer.client("reload", "in", "speaker")
    wait_until(lambda: updates_received() > before, "the routes again")
    assert connected.peer.lookup(route.family, route.key)
    since = connected.speaker.helper.events[mark:]
    assert not [event for event in since if event["type"] == "state"], "the session fell"


def test_extended_next_hop(connect):
    """RFC 8950: an IPv4 prefix behind an IPv6 next hop."""
    session = Session(("ipv4 unicast", "ipv6 unicast"), channel_options=EXTENDED)
    extra = (
        "    capability {\n        nexthop enable;\n    }\n"
        "    nexthop {\n        ipv4 unicast ipv6;\n    }\n"
    )
    connected = connect(Bird, session, extra=extra)
    connected.speaker.announce(f"announce route 10.33.0.0/24 next-hop {SPEAKER_IP6}")
    shown = connected.peer.wait_route("ipv4 unicast", "10.33.0.0/24")
    assert shown["next_hop"] == SPEAKER_IP6
