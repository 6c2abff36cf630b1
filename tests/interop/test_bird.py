import signal

import pytest
from checks import check_announced_and_withdrawn, check_received_and_revoked
from lab import SPEAKER_IP, wait_until
from peers import Bird, Session
from routes import ANNOUNCED

UNICAST = ("ipv4 unicast",)


@pytest.fixture(scope="module")
def connected(connect):
    return connect(Bird, Session(Bird.families))


@pytest.mark.parametrize("family", Bird.families)
def test_route_of_the_speaker(connected, family):
    check_announced_and_withdrawn(connected, family)


@pytest.mark.parametrize("family", Bird.originates)
def test_route_of_the_peer(connected, family):
    check_received_and_revoked(connected, family)


def connect_plain(connect, session, **options):
    connected = connect(Bird, session, **options)
    route = ANNOUNCED["ipv4 unicast"]
    connected.speaker.announce(route.announce)
    return connected, connected.peer.wait_route(route.family, route.key)


def test_local_preference_stays_inside_the_as(connect):
    """Two-octet AS numbers, one AS: no hop in the path, LOCAL_PREF as the helper says."""
    connected, _ = connect_plain(connect, Session(UNICAST, speaker_as=65000, peer_as=65000))
    connected.speaker.announce(
        f"announce route 10.30.0.0/24 next-hop {SPEAKER_IP} local-preference 200 origin egp"
    )
    shown = connected.peer.wait_route("ipv4 unicast", "10.30.0.0/24")
    assert shown["as_path"] == []
    assert shown["local_pref"] == 200


def test_session_that_the_peer_opens(connect):
    session = Session(UNICAST, active=True)
    leaves = {"passive": "true", "listen": 179}
    _, shown = connect_plain(connect, session, leaves=leaves)
    assert shown["as_path"] == [session.speaker_as]


def test_routes_come_back_with_the_session(connect):
    """What was announced before the session fell is in the peer's table again after it."""
    connected, _ = connect_plain(connect, Session(UNICAST))
    mark = connected.speaker.mark()
    connected.peer.client("restart", "speaker")
    connected.speaker.wait_state("down", mark)
    connected.speaker.wait_state("up", mark)
    route = ANNOUNCED["ipv4 unicast"]
    connected.peer.wait_route(route.family, route.key)


def test_withdrawn_while_down_does_not_come_back(connect):
    connected, _ = connect_plain(connect, Session(UNICAST))
    speaker, peer = connected.speaker, connected.peer
    mark = speaker.mark()
    peer.client("disable", "speaker")
    speaker.wait_state("down", mark)
    speaker.announce(ANNOUNCED["ipv4 unicast"].withdraw)
    speaker.announce(f"announce route 10.31.0.0/24 next-hop {SPEAKER_IP}")
    mark = speaker.mark()
    peer.client("enable", "speaker")
    speaker.wait_state("up", mark)
    peer.wait_route("ipv4 unicast", "10.31.0.0/24")
    assert peer.lookup("ipv4 unicast", ANNOUNCED["ipv4 unicast"].key) is None


def test_peer_is_told_of_the_shutdown(connect):
    """RFC 4486 4: a speaker that is stopped says so, with subcode 2."""
    connected, _ = connect_plain(connect, Session(UNICAST))
    connected.speaker.process.signal(signal.SIGTERM)
    assert connected.speaker.process.wait() == 0
    wait_until(
        lambda: "Received: Administrative shutdown" in connected.peer.client(
            "show", "protocols", "all", "speaker"
        ),
        lambda: connected.peer.client("show", "protocols", "all", "speaker"),
    )  # fmt: skip
