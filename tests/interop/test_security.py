"""TCP MD5 signatures (RFC 2385) and generalized TTL security (RFC 5082), with BIRD."""

import pytest
from lab import PEER_IP, wait_until
from peers import Bird, Session
from routes import ANNOUNCED
from speaker import Speaker

FAMILIES = ("ipv4 unicast",)
PASSWORD = "correct horse battery"

GTSM = {"outgoing-ttl": 255, "incoming-ttl": 255}
MD5 = {"md5-password": f"'{PASSWORD}'"}


def connected(lab, session, leaves):
    """Bring the session up and pass a route over it."""
    peer = Bird(lab, session)
    speaker = Speaker(lab, FAMILIES, session.speaker_as, session.peer_as, leaves)
    speaker.wait_established()
    peer.wait_established()
    route = ANNOUNCED["ipv4 unicast"]
    speaker.announce(route.announce)
    peer.wait_route(route.family, route.key)
    return peer, speaker


def test_md5(lab):
    connected(lab, Session(FAMILIES, md5=PASSWORD), MD5)


def test_md5_of_an_accepted_connection(lab):
    session = Session(FAMILIES, md5=PASSWORD, active=True)
    connected(lab, session, {**MD5, "passive": "true", "listen": 179})


def test_gtsm(lab):
    connected(lab, Session(FAMILIES, gtsm=True), GTSM)


def test_md5_and_gtsm_together(lab):
    connected(lab, Session(FAMILIES, md5=PASSWORD, gtsm=True), {**MD5, **GTSM})


@pytest.mark.parametrize(
    "session, leaves",
    [
        (Session(FAMILIES, md5=PASSWORD), {"md5-password": "another"}),
        (Session(FAMILIES, md5=PASSWORD), {}),
        (Session(FAMILIES), MD5),
    ],
    ids=["another password", "no password here", "no password there"],
)
def test_md5_keeps_strangers_out(lab, session, leaves):
    Bird(lab, session)
    Speaker(lab, FAMILIES, session.speaker_as, session.peer_as, leaves)
    assert_no_connection(lab)


def test_gtsm_keeps_distant_peers_out(lab):
    """BIRD without TTL security sends with a TTL of 1, as if it were 254 hops away.

    What its kernel answers before BIRD has taken the connection still has a TTL of 255, so a connection may be made; nothing
    that BIRD says over it is read.
    """
    session = Session(FAMILIES)
    peer = Bird(lab, session)
    Speaker(lab, FAMILIES, session.speaker_as, session.peer_as, GTSM)
    wait_until(lambda: dropped_for_ttl(lab) >= 2, "segments of the peer that came from too far away")
    assert not peer.established()


def dropped_for_ttl(lab):
    """Segments that the speaker's kernel has dropped for their TTL."""
    return int(lab.speaker.run("nstat", "-asz", "TcpExtTCPMinTTLDrop").split()[-2])


def assert_no_connection(lab):
    """The speaker asks for a connection, asks again, and gets none."""
    wait_until(lambda: connection_requests(lab) >= 2, "two connection requests of the speaker")
    established = lab.speaker.run("ss", "-Htn", "state", "established", "dst", PEER_IP)
    assert not established.strip(), established


def connection_requests(lab):
    """Connections the speaker has begun, and its retransmissions: here those are all requests."""
    counters = lab.speaker.run("nstat", "-asz", "TcpActiveOpens", "TcpRetransSegs")
    values = dict(line.split()[:2] for line in counters.splitlines() if not line.startswith("#"))
    return int(values["TcpActiveOpens"]) + int(values["TcpRetransSegs"])
