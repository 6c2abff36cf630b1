"""BFD with BIRD and with FRR's bfdd: the speaker's sessions, and what their end does to BGP."""

import json
import re
import signal

import pytest
from lab import PEER_IP, PEER_IP6, SPEAKER_IP, SPEAKER_IP6, wait_until
from peers import Bird, Session
from peers.bfdd import Bfdd
from routes import ANNOUNCED
from speaker import Speaker

UNICAST = ("ipv4 unicast",)
FAR_SPEAKER, FAR_PEER = "10.254.0.1", "10.254.0.2"  # on the loopbacks: a hop away by routing
MS = 1_000_000
NEIGHBOR = "    bfd { transmit 40ms; receive 50ms; }\n"
# Ours at the slower of 40 and 70 ms; theirs at the slower of 60 and 50 ms, 5 times.
BFDD_TIMERS = "  transmit-interval 60\n  receive-interval 70\n  detect-multiplier 5\n"
CABLE = 'interface "cable" { interval 60 ms; multiplier 4; };'


def show(speaker):
    """name (peer address of a neighbor's) -> what `show bfd json` says of the session."""
    answer = speaker.helper.command("show bfd json")
    assert answer[-1] == "done", answer
    return {entry["name"] or entry["peer"]: entry for entry in json.loads("".join(answer[:-1]))}


def wait_up(speaker, name, transmit_ms, detection_ms):
    def agreed():
        entry = show(speaker)[name]
        timers = (entry["transmit_ns"], entry["detection_ns"])
        return entry["state"] == "up" and timers == (transmit_ms * MS, detection_ms * MS) and entry

    return wait_until(agreed, lambda: f"{name} up with the timers; {show(speaker)}")


def route_far_addresses(lab):
    for namespace, own, other, via in (
        (lab.speaker, FAR_SPEAKER, FAR_PEER, PEER_IP),
        (lab.peer, FAR_PEER, FAR_SPEAKER, SPEAKER_IP),
    ):
        namespace.run("ip", "addr", "add", f"{own}/32", "dev", "lo")
        namespace.run("ip", "route", "add", f"{other}/32", "via", via)


@pytest.fixture
def connected(connect):
    session = Session(UNICAST, protocol_options=("bfd on",), bfd=CABLE)
    connected = connect(Bird, session, extra=NEIGHBOR)
    # Ours at the slower of 40 and 60 ms; theirs at the slower of 60 and 50 ms, 4 times.
    wait_up(connected.speaker, PEER_IP, 60, 240)
    return connected


def test_neighbor_agrees_on_timers(connected):
    shown = connected.peer.client("show", "bfd", "sessions")
    line = next(line.split() for line in shown.splitlines() if line.startswith(SPEAKER_IP))
    assert line[2] == "Up"
    assert line[-2:] == ["0.060", "0.180"]  # 3 times, as we say
    entry = show(connected.speaker)[PEER_IP]
    assert entry["downs"] == 0
    assert entry["discarded"] == 0


def test_cut_cable_ends_the_bgp_session(connected):
    """The hold time of 90 s is far longer than anybody waits here."""
    connected.peer.originate("ipv4 unicast")
    mark = connected.speaker.mark()
    connected.peer.lab.peer.run("ip", "link", "set", "cable", "down")
    connected.speaker.wait_state("down", mark)
    entry = show(connected.speaker)[PEER_IP]
    assert entry["downs"] == 1
    assert entry["diagnostic"] == "control detection time expired"
    connected.peer.lab.peer.run("ip", "link", "set", "cable", "up")
    connected.speaker.wait_state("up", mark)
    wait_up(connected.speaker, PEER_IP, 60, 240)


def test_silent_peer_gets_a_cease_of_subcode_10(connected):
    """A stopped BIRD keeps its TCP connection, but answers no BFD; later it reads why."""
    mark = connected.speaker.mark()
    connected.peer.process.signal(signal.SIGSTOP)
    connected.speaker.wait_state("down", mark)
    connected.peer.process.signal(signal.SIGCONT)
    wait_until(
        lambda: re.search(r"speaker: Received: .*\b6\.10\b", connected.peer.process.log()),
        lambda: f"a Cease of subcode 10; {connected.peer.log_tail()}",
    )
    connected.speaker.wait_state("up", mark)
    route = ANNOUNCED["ipv4 unicast"]
    connected.speaker.announce(route.announce)
    connected.peer.wait_route(route.family, route.key)


def test_administrative_down_of_the_peer_is_not_a_failure(connect):
    """BGP with BIRD and BFD with bfdd, because BIRD falls silent without a word."""
    connected = connect(Bird, Session(UNICAST), extra=NEIGHBOR)
    speaker, session = connected.speaker, f"peer {SPEAKER_IP} interface cable"
    bfdd = Bfdd(connected.peer.lab, f" {session}\n{BFDD_TIMERS} exit\n")
    wait_up(speaker, PEER_IP, 70, 300)
    mark = speaker.mark()
    bfdd.client("configure terminal", "bfd", session, "shutdown")
    wait_until(
        lambda: show(speaker)[PEER_IP]["remote"] == "admin-down",
        lambda: f"shut down; {show(speaker)}",
    )
    route = ANNOUNCED["ipv4 unicast"]
    speaker.announce(route.announce)
    connected.peer.wait_route(route.family, route.key)
    assert not [event for event in speaker.helper.events[mark:] if event["type"] == "state"]
    bfdd.client("configure terminal", "bfd", session, "no shutdown")
    wait_up(speaker, PEER_IP, 70, 300)


def test_reload_changes_timers_without_a_flap(connected):
    speaker = connected.speaker
    text = speaker.path.read_text()
    for transmit, receive, agreed, detection in ((200, 300, 200, 1200), (20, 20, 60, 240)):
        speaker.path.write_text(
            text.replace(NEIGHBOR, f"    bfd {{ transmit {transmit}ms; receive {receive}ms; }}\n")
        )
        speaker.process.signal(signal.SIGUSR1)
        entry = wait_up(speaker, PEER_IP, agreed, detection)
        assert entry["downs"] == 0
    assert connected.peer.established()


def test_authentication_ipv6_and_several_hops_with_bird(lab):
    """Sessions without BGP; the one with a wrong secret proves that secrets are looked at."""
    route_far_addresses(lab)
    peer = Bird(
        lab,
        Session(
            UNICAST,
            bfd=f"""
    interface "cable" {{
        interval 50 ms; authentication meticulous keyed sha1; password "sesame" {{ id 7; }};
    }};
    multihop {{ interval 40 ms; authentication keyed md5; password "other" {{ id 3; }}; }};
    neighbor {SPEAKER_IP} dev "cable";
    neighbor {SPEAKER_IP6} dev "cable";
    neighbor {FAR_SPEAKER} local {FAR_PEER} multihop;
""",
        ),
    )
    root = f"""
bfd six {{ local-address {SPEAKER_IP6}; peer-address {PEER_IP6}; transmit 50ms; receive 50ms;
    authentication meticulous-sha1 7 sesame; }}
bfd far {{ local-address {FAR_SPEAKER}; peer-address {FAR_PEER}; transmit 50ms; receive 50ms;
    multihop; ttl-min 60; authentication keyed-md5 3 other; }}
"""
    wrong = "    bfd { authentication meticulous-sha1 7 guess; }\n"
    speaker = Speaker(lab, UNICAST, 65010, 65020, extra=wrong, root=root)
    wait_up(speaker, "six", 50, 250)
    wait_up(speaker, "far", 50, 250)
    wait_until(lambda: show(speaker)[PEER_IP]["discarded"], "packets with the wrong secret")
    assert show(speaker)[PEER_IP]["state"] == "down"
    assert show(speaker)[PEER_IP]["received"] == 0
    peer.process.require_running()


def test_bfdd_over_one_hop_and_several(lab):
    route_far_addresses(lab)
    bfdd = Bfdd(
        lab,
        f""" peer {SPEAKER_IP} interface cable
{BFDD_TIMERS} exit
 peer {SPEAKER_IP6} local-address {PEER_IP6} interface cable
{BFDD_TIMERS} exit
 peer {FAR_SPEAKER} multihop local-address {FAR_PEER}
{BFDD_TIMERS}  minimum-ttl 254
 exit
""",
    )
    root = f"""
bfd six {{ local-address {SPEAKER_IP6}; peer-address {PEER_IP6}; interface cable; }}
bfd far {{ local-address {FAR_SPEAKER}; peer-address {FAR_PEER}; multihop; ttl-min 250; }}
"""
    speaker = Speaker(lab, UNICAST, 65010, 65020, extra=NEIGHBOR, root=root)
    wait_up(speaker, PEER_IP, 70, 300)
    wait_up(speaker, "six", 300, 1500)
    wait_up(speaker, "far", 300, 1500)
    for address in (SPEAKER_IP, SPEAKER_IP6, FAR_SPEAKER):
        assert bfdd.session(address)["status"] == "up"
