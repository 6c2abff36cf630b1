"""The nine use cases of etc/examples, each with its configuration and helper, at real peers.

The peers offer more families than the configurations, so what a session must not carry would show.
"""

import json
import re

import pytest
from lab import wait_until
from peers import Bird, Frr, GoBgp, Session
from peers.bird import CHANNELS
from speaker import speaker_command
from stage import EXAMPLES, second

ALL = ("ipv4 unicast", "ipv4 multicast", "ipv4 mpls-vpn", "ipv4 flow")
SERVICE = "10.1.1.100/32"
# What BIRD shows of a route from another AS that came without LOCAL_PREF.
BIRD_DEFAULT = {"local_pref": 100}


def keys(peer, family):
    """The prefixes that BIRD has from the speaker in the table of the family."""
    table = CHANNELS[family][2]
    shown = peer.client("show", "route", "table", table, "protocol", "speaker")
    rule = r"^(flow4 \{[^}]*\}|(?:\S+:\S+ )?[0-9.]+/\d+) "
    return set(re.findall(rule, shown, re.M))


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("0*/*.conf")))
def test_check_accepts(stage, name):
    shown = stage.speaker.run(*speaker_command(), "check", EXAMPLES / name / "openbell.conf")
    assert "error" not in shown and "warning" not in shown, shown


def test_anycast(stage):
    """1: the route follows the service, up and down and up again."""
    peer = Bird(stage, Session(ALL, speaker_as=65001, peer_as=65000))
    stage.example("01-anycast")
    peer.wait_established()
    assert keys(peer, "ipv4 unicast") == set()
    for _ in range(2):
        engine = stage.service("tcp", 7000)
        shown = peer.wait_route("ipv4 unicast", SERVICE)
        assert shown == {"as_path": [65001], "next_hop": "10.0.0.1", **BIRD_DEFAULT}
        engine.stop()
        peer.wait_no_route("ipv4 unicast", SERVICE)


def test_exchanges(stage):
    """2: attributes exact on iBGP; on eBGP no LOCAL_PREF, and our AS in the path."""
    core = Bird(stage, Session(ALL, speaker_as=65000, peer_as=65000))
    provider = second(GoBgp)(stage.second(), Session(ALL[:1], speaker_as=65000, peer_as=65100))
    stage.example("02-exchanges")
    wanted = {
        "198.51.100.0/24": ("10.1.0.1", {"65000:1"}),
        "203.0.113.0/24": ("10.1.0.2", {"65000:2"}),
        "192.0.2.0/24": ("10.1.0.3", {"65000:3"}),
    }
    for prefix, (next_hop, communities) in wanted.items():
        shared = {"next_hop": next_hop, "communities": communities}
        assert core.wait_route("ipv4 unicast", prefix) == {
            "as_path": [], "local_pref": 200, **shared,
        }  # fmt: skip
        assert provider.wait_route("ipv4 unicast", prefix) == {"as_path": [65000], **shared}
    assert keys(core, "ipv4 unicast") == set(wanted)


def test_fast_failover(stage):
    """3: beats that stop withdraw the route; one missed beat does not."""
    peer = Bird(stage, Session(ALL, speaker_as=65001, peer_as=65000))
    daemon = stage.example("03-fast-failover")
    engine = stage.service("udp", 9000)
    peer.wait_route("ipv4 unicast", SERVICE)
    engine.stop()
    peer.wait_no_route("ipv4 unicast", SERVICE)
    wait_until(lambda: len(daemon.changes()) == 2, lambda: daemon.log_tail())
    announced, withdrawn = daemon.changes()
    assert announced.startswith("announce route") and withdrawn.startswith("withdraw route")


def test_market_data(stage):
    """4: groups as host routes where there is only unicast, else in SAFI 2 with the source."""
    unicast = GoBgp(stage, Session(ALL[:1], speaker_as=65000, peer_as=65010))
    multicast = second(Frr)(stage.second(), Session(ALL[:2], speaker_as=65000, peer_as=65020))
    stage.example("04-market-data")
    groups = {"239.1.1.1/32": "65000:100", "239.1.1.2/32": "65000:101", "239.1.1.3/32": "65000:102"}
    for group, community in groups.items():
        shared = {"next_hop": "10.1.1.1", "as_path": [65000], "communities": {community}}
        assert unicast.wait_route("ipv4 unicast", group) == shared
        shown = multicast.wait_route("ipv4 multicast", group)
        assert {name: shown[name] for name in shared} == shared
    multicast.wait_route("ipv4 multicast", "10.1.1.0/24")
    assert multicast.lookup("ipv4 unicast", "239.1.1.1/32") is None
    assert unicast.lookup("ipv4 unicast", "10.1.1.0/24") is None


def test_regions(stage):
    """5: MED and communities exact; the helper reads its answers."""
    peer = Bird(stage, Session(ALL, speaker_as=65000, peer_as=65100))
    daemon = stage.example("05-regions")
    for number in (1, 2, 3):
        assert peer.wait_route("ipv4 unicast", f"10.100.{number}.0/24") == {
            "as_path": [65000],
            "next_hop": f"10.{number}.0.1",
            "med": 10,
            "communities": {f"65000:{number}"},
            **BIRD_DEFAULT,
        }
    assert "refused" not in daemon.process.log()


@pytest.mark.parametrize("peer_class", [Bird, Frr])
def test_segmentation(stage, peer_class):
    """6: one VPN route per VRF with its route distinguisher, route target and label 0."""
    peer = peer_class(stage, Session(("ipv4 mpls-vpn",), speaker_as=65000, peer_as=65000))
    stage.example("06-segmentation")
    for number in (1, 2, 3, 4):
        key = f"10.0.0.1:{number} 10.{number}.0.0/16"
        shown = peer.wait_route("ipv4 mpls-vpn", key)
        assert shown["route_targets"] == {f"65000:{number}"}
        assert shown["labels"] == [0]
        assert shown["next_hop"] == "10.0.0.1"
        assert shown["local_pref"] == 100


def test_audit_trail(stage):
    """7: what the peer sends is in the helper's log, what we did in the speaker's, in order."""
    peer = Bird(stage, Session(ALL, speaker_as=65001, peer_as=65000))
    received = stage.directory / "received.jsonl"
    audit = stage.directory / "audit"
    audit.mkdir()
    daemon = stage.example(
        "07-audit-trail",
        {
            "/var/log/openbell/received.jsonl": received,
            "/var/lib/openbell/audit": audit,
        },
    )
    peer.wait_route("ipv4 unicast", SERVICE)
    peer.originate("ipv4 unicast")
    peer.revoke("ipv4 unicast")

    def updates():
        """announced / withdrawn prefixes of the log, in order."""
        found = []
        for line in received.read_text().splitlines():
            event = json.loads(line).get("event", {})
            update = event.get("neighbor", {}).get("message", {}).get("update", {})
            found += [("announced", entry["nlri"])
                      for entries in update.get("announce", {}).get("ipv4 unicast", {}).values()
                      for entry in entries]  # fmt: skip
            found += [("withdrawn", entry["nlri"])
                      for entry in update.get("withdraw", {}).get("ipv4 unicast", [])]  # fmt: skip
        return found

    wanted = [("announced", "10.20.0.0/24"), ("withdrawn", "10.20.0.0/24")]
    wait_until(lambda: updates() == wanted, lambda: f"{wanted}, not {updates()}")
    assert [json.loads(line).get("answer") for line in received.read_text().splitlines()].count(
        "done"
    ) == 1
    wait_until(daemon.changes, "the change in the audit log")
    assert daemon.changes() == [f"announce route {SERVICE} next-hop 10.0.0.1"]
    numbers = [record["seq"] for record in daemon.audit()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_flowspec(stage):
    """8: filters are installed, changed and removed with the list."""
    peer = Bird(stage, Session(("ipv4 unicast", "ipv4 flow"), speaker_as=65000, peer_as=65000))
    blocked = stage.directory / "blocked.txt"
    blocked.write_text((EXAMPLES / "08-flowspec" / "blocked.txt").read_text())
    stage.example("08-flowspec", {"/etc/openbell/blocked.txt": blocked})

    def filters():
        """{match: (type, rate as bits)} of BIRD's table."""
        shown = peer.client("show", "route", "table", "flow_table4", "protocol", "speaker", "all")
        found = {}
        for block in re.split(r"\n(?=\S)", shown):
            match = re.match(r"flow4 \{ (.*?); \}", block)
            action = re.search(r"\(generic, (0x[0-9a-f]+), (0x[0-9a-f]+)\)", block)
            if match and action:
                found[match[1]] = tuple(int(value, 16) for value in action.groups())
        return found

    rate = 0x80060000
    wanted = {"src 192.0.2.100/32": (rate, 0), "src 203.0.113.50/32": (rate, 0x447A0000)}
    wait_until(lambda: filters() == wanted, lambda: f"{wanted}, not {filters()}")
    blocked.write_text("203.0.113.50/32 rate-limit 2000\n")
    wanted = {"src 203.0.113.50/32": (rate, 0x44FA0000)}
    wait_until(lambda: filters() == wanted, lambda: f"{wanted}, not {filters()}")


def test_sites(stage):
    """9: two neighbors, iBGP and eBGP: each gets what its session carries, and the role moves."""
    core = Bird(stage, Session(ALL, speaker_as=65001, peer_as=65001))
    london = second(Bird)(stage.second(), Session(ALL, speaker_as=65001, peer_as=65002))
    role = stage.directory / "role"
    role.write_text("primary\n")
    stage.example(
        "09-sites",
        {"/etc/openbell/role": role, "run sites.py": "run sites.py --london 10.255.0.3"},
    )
    vpn = "10.1.1.1:1 10.1.0.0/16"
    assert core.wait_route("ipv4 unicast", SERVICE) == {
        "as_path": [], "next_hop": "10.1.1.1", "local_pref": 200, "med": 10,
    }  # fmt: skip
    assert london.wait_route("ipv4 unicast", SERVICE) == {
        "as_path": [65001], "next_hop": "10.1.1.1", "med": 10, **BIRD_DEFAULT,
    }  # fmt: skip
    assert london.wait_route("ipv4 mpls-vpn", vpn)["labels"] == [1000]
    wait_until(lambda: keys(core, "ipv4 flow"), "the filter at the core")
    assert keys(core, "ipv4 flow") == {"flow4 { src 192.0.2.100/32; }"}
    assert keys(core, "ipv4 mpls-vpn") == set()
    assert keys(london, "ipv4 flow") == set()
    role.write_text("standby\n")
    wait_until(lambda: core.lookup("ipv4 unicast", SERVICE)["local_pref"] == 50, "standby at core")
    wait_until(lambda: london.lookup("ipv4 unicast", SERVICE)["med"] == 200, "standby in London")
