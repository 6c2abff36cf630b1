"""The routes that the tests announce, one per family, and how to recognise them.

A key names a route the same way whoever shows it:
    10.10.0.0/24                          a prefix
    65000:1 10.13.0.0/24                  a prefix with its route distinguisher
    10.14.0.0/24 proto 6 dport 80         a flow (with its route distinguisher in front, if any)

Attributes are a dictionary with any of: next_hop (str), as_path (list of int), med (int),
local_pref (int), communities, large_communities, route_targets (sets of str), labels (list of int),
rate (bytes per second of a flow's rate-limit).
"""

from dataclasses import dataclass, field

from lab import PEER_IP, PEER_IP6, SPEAKER_IP, SPEAKER_IP6

# Both need four octets, and neither is a number that a two-octet peer could have.
SPEAKER_AS = 4200000001
PEER_AS = 4200000002


@dataclass(frozen=True)
class Route:
    """A route that the speaker announces: command is what follows `announce` / `withdraw`."""

    family: str
    key: str
    announce: str
    withdraw: str
    attributes: dict = field(default_factory=dict)


def _prefix(family, prefix, next_hop, identity="", words="", rd="", command="route", **attributes):
    shared = f"{command} {prefix} next-hop {next_hop} {identity}".rstrip()
    return Route(
        family,
        f"{rd} {prefix}".strip(),
        f"announce {shared} {words}".rstrip(),
        f"withdraw {shared}",
        {"next_hop": next_hop, **attributes},
    )


def _flow(family, destination, rate, rd=""):
    protocol = "next-header" if ":" in destination else "protocol"
    match = f"match {{ destination {destination}; {protocol} tcp; destination-port =80; }}"
    identity = f"rd {rd}; {match}" if rd else match
    action = f"rate-limit {rate};" if rate else "discard;"
    return Route(
        family,
        f"{rd} {destination} proto 6 dport 80".strip(),
        f"announce flow route {{ {identity} then {{ {action} }} }}",
        f"withdraw flow route {{ {identity} then {{ {action} }} }}",
        {"rate": rate},
    )


ANNOUNCED = {
    route.family: route
    for route in (
        _prefix("ipv4 unicast", "10.10.0.0/24", SPEAKER_IP,
                words="med 50 community [ 65000:1 65000:2 ] large-community [ 65000:1:2 ]",
                med=50, communities={"65000:1", "65000:2"}, large_communities={"65000:1:2"}),
        _prefix("ipv6 unicast", "2001:db8:10::/48", SPEAKER_IP6,
                words="med 51 community [ 65000:3 ]", med=51, communities={"65000:3"}),
        _prefix("ipv4 multicast", "10.11.0.0/24", SPEAKER_IP, command="ipv4 multicast",
                words="med 52", med=52),
        _prefix("ipv4 nlri-mpls", "10.12.0.0/24", SPEAKER_IP, "label 100", labels=[100]),
        _prefix("ipv6 nlri-mpls", "2001:db8:12::/48", SPEAKER_IP6, "label 101", labels=[101]),
        _prefix("ipv4 mpls-vpn", "10.13.0.0/24", SPEAKER_IP, "rd 65000:1 label 102",
                "extended-community [ target:65000:1 ]", rd="65000:1",
                labels=[102], route_targets={"65000:1"}),
        _prefix("ipv6 mpls-vpn", "2001:db8:13::/48", SPEAKER_IP6, "rd 65000:1 label 103",
                "extended-community [ target:65000:1 ]", rd="65000:1",
                labels=[103], route_targets={"65000:1"}),
        _flow("ipv4 flow", "10.14.0.0/24", 100000),
        _flow("ipv6 flow", "2001:db8:14::/48", 0),
        _flow("ipv4 flow-vpn", "10.15.0.0/24", 0, rd="65000:1"),
        _flow("ipv6 flow-vpn", "2001:db8:15::/48", 100000, rd="65000:1"),
    )
}  # fmt: skip

FAMILIES = tuple(ANNOUNCED)


@dataclass(frozen=True)
class Origin:
    """A route that the peer originates towards the speaker."""

    prefix: str
    next_hop: str = ""
    rd: str = ""
    label: int = 0

    @property
    def key(self):
        flow = "" if self.next_hop else " proto 6 dport 80"
        return f"{self.rd} {self.prefix}{flow}".strip()


ORIGINATED = {
    "ipv4 unicast": Origin("10.20.0.0/24", PEER_IP),
    "ipv6 unicast": Origin("2001:db8:20::/48", PEER_IP6),
    "ipv4 multicast": Origin("10.21.0.0/24", PEER_IP),
    "ipv4 nlri-mpls": Origin("10.22.0.0/24", PEER_IP, label=200),
    "ipv6 nlri-mpls": Origin("2001:db8:22::/48", PEER_IP6, label=201),
    "ipv4 mpls-vpn": Origin("10.23.0.0/24", PEER_IP, rd="65000:2", label=202),
    "ipv6 mpls-vpn": Origin("2001:db8:23::/48", PEER_IP6, rd="65000:2", label=203),
    "ipv4 flow": Origin("10.24.0.0/24"),
    "ipv6 flow": Origin("2001:db8:24::/48"),
    "ipv4 flow-vpn": Origin("10.25.0.0/24", rd="65000:2"),
    "ipv6 flow-vpn": Origin("2001:db8:25::/48", rd="65000:2"),
}

# On ipv4 unicast routes of a peer that can set one.
ORIGIN_COMMUNITY = "65000:9"


def json_key(entry):
    """The key of one NLRI object of a JSON update event."""
    rd = entry.get("rd", "")
    if "nlri" in entry:
        return f"{rd} {entry['nlri']}".strip()
    destination = (entry.get("destination-ipv4") or entry.get("destination-ipv6"))[0]
    protocol = (entry.get("protocol") or entry.get("next-header"))[0]
    port = entry["destination-port"][0].lstrip("=")
    number = {"tcp": "6"}.get(protocol.lstrip("="), protocol.lstrip("="))
    port = {"http": "80"}.get(port, port)
    destination = "/".join(destination.split("/")[:2])  # without an IPv6 offset of 0
    return f"{rd} {destination} proto {number} dport {port}".strip()


def json_announced(update, family):
    """{key: attributes} of the routes of one family that a JSON update event announces."""
    found = {}
    for next_hop, entries in update.get("announce", {}).get(family, {}).items():
        for entry in entries:
            attributes = json_attributes(update.get("attribute", {}))
            if next_hop != "no-nexthop":
                attributes["next_hop"] = next_hop
            if "label" in entry:
                attributes["labels"] = [label[0] for label in entry["label"]]
            found[json_key(entry)] = attributes
    return found


def json_withdrawn(update, family):
    """The keys of the routes of one family that a JSON update event withdraws."""
    return {json_key(entry) for entry in update.get("withdraw", {}).get(family, [])}


def json_attributes(shown):
    attributes = {"as_path": _json_as_path(shown.get("as-path", []))}
    for name, ours in (("med", "med"), ("local-preference", "local_pref")):
        if name in shown:
            attributes[ours] = shown[name]
    for name, ours in (("community", "communities"), ("large-community", "large_communities")):
        if name in shown:
            attributes[ours] = {":".join(map(str, value)) for value in shown[name]}
    for community in shown.get("extended-community", []):
        kind, _, value = community["string"].partition(":")
        if kind == "target":
            attributes.setdefault("route_targets", set()).add(value)
        elif kind == "rate-limit":
            attributes["rate"] = int(value)
    return attributes


def _json_as_path(shown):
    if isinstance(shown, list):  # ExaBGP 4.2
        return shown
    return [number for segment in shown.values() for number in segment["value"]]
