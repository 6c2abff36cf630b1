"""FRRouting's bgpd 8.4, alone: no zebra, and nothing is put into the kernel."""

import json
import re

from lab import PEER_IP, SPEAKER_IP
from peers.base import Peer
from routes import ORIGIN_COMMUNITY, ORIGINATED

BGPD = "/usr/lib/frr/bgpd"

ADDRESS_FAMILIES = {
    "ipv4 unicast": "ipv4 unicast",
    "ipv6 unicast": "ipv6 unicast",
    "ipv4 multicast": "ipv4 multicast",
    "ipv4 nlri-mpls": "ipv4 labeled-unicast",
    "ipv6 nlri-mpls": "ipv6 labeled-unicast",
    "ipv4 mpls-vpn": "ipv4 vpn",
    "ipv6 mpls-vpn": "ipv6 vpn",
    "ipv4 flow": "ipv4 flowspec",
    "ipv6 flow": "ipv6 flowspec",
}


class Frr(Peer):
    """A session carries either unicast or labeled-unicast of an address family, never both."""

    programs = (BGPD, "vtysh")
    package = "frr"
    families = tuple(ADDRESS_FAMILIES)
    # It has no command for a flow, and a labeled route needs the label manager of zebra.
    originates = (
        "ipv4 unicast",
        "ipv6 unicast",
        "ipv4 multicast",
        "ipv4 mpls-vpn",
        "ipv6 mpls-vpn",
    )
    # Without zebra it does not know the address of the cable.
    own_next_hop = ("ipv6 unicast", "ipv6 mpls-vpn")

    def __init__(self, lab, session):
        super().__init__(lab, session)
        configuration = self.directory / "bgpd.conf"
        configuration.write_text(self._configuration())
        self.launch(
            [
                BGPD, "--no_zebra", "--no_kernel", "--skip_runas", "--vty_port", "0",
                "--config_file", configuration, "--pid_file", self.directory / "pid",
                "--vty_socket", self.directory, "--log", "stdout",
            ]
        )  # fmt: skip

    def _configuration(self):
        families = "".join(
            f" address-family {ADDRESS_FAMILIES[family]}\n"
            f"  neighbor {SPEAKER_IP} activate\n"
            " exit-address-family\n"
            for family in self.session.families
        )
        passive = "" if self.session.active else f" neighbor {SPEAKER_IP} passive\n"
        return f"""router bgp {self.session.peer_as}
 bgp router-id {PEER_IP}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 neighbor {SPEAKER_IP} remote-as {self.session.speaker_as}
 neighbor {SPEAKER_IP} disable-connected-check
 neighbor {SPEAKER_IP} timers connect 1
{passive}{families}exit
route-map origin permit 10
 set community {ORIGIN_COMMUNITY}
exit
"""

    def client(self, *commands):
        words = [word for command in commands for word in ("-c", command)]
        return self.lab.peer.run("vtysh", "--vty_socket", self.directory, "-d", "bgpd", *words)

    def established(self):
        self.process.require_running()
        shown = json.loads(self.client(f"show bgp neighbors {SPEAKER_IP} json"))
        return shown[SPEAKER_IP]["bgpState"] == "Established"

    def lookup(self, family, key):
        name = ADDRESS_FAMILIES[family]
        if name.endswith("flowspec"):
            return self._lookup_flow(name, key)
        rd, _, prefix = key.rpartition(" ")
        shown = json.loads(self.client(f"show bgp {name} {prefix} json") or "{}")
        if rd:
            shown = shown.get(rd, {})
        paths = [path for path in shown.get("paths", []) if path["peer"]["peerId"] == SPEAKER_IP]
        return _attributes(paths[0]) if paths else None

    def _lookup_flow(self, name, key):
        """The list has the key, the details have the action; in between the route may go."""
        shown = json.loads(self.client(f"show bgp {name} json"))["routes"]
        for (entry,) in shown.values():
            protocol, port = (entry[field].strip("= ") for field in ("proto", "dstp"))
            destination = entry["to"].removesuffix("/off 0")
            if f"{destination} proto {protocol} dport {port}" == key:
                details = self.client(f"show bgp {name} detail")
                _, _, block = details.partition(f"Destination Address {destination}")
                rate = re.search(r"FS:rate ([\d.]+)", block.partition("BGP flowspec entry")[0])
                as_path = [int(number) for number in entry["path"].split()]
                return rate and {"as_path": as_path, "rate": float(rate[1])}
        return None

    def originate(self, family):
        self._network(family, "network")

    def revoke(self, family):
        self._network(family, "no network")

    def _network(self, family, verb):
        origin = ORIGINATED[family]
        words = f"{verb} {origin.prefix}"
        if origin.rd:
            words += f" rd {origin.rd} label {origin.label}"
        elif verb == "network":
            words += " route-map origin"
        self.client(
            "configure terminal",
            f"router bgp {self.session.peer_as}",
            f"address-family {ADDRESS_FAMILIES[family]}",
            words,
        )


def _attributes(path):
    as_path = path["aspath"]["string"].removeprefix("Local")  # the word for an empty one
    attributes = {"as_path": [int(number) for number in as_path.split()]}
    for name, ours in (("metric", "med"), ("locPrf", "local_pref")):
        if name in path:
            attributes[ours] = path[name]
    for name, ours in (("community", "communities"), ("largeCommunity", "large_communities")):
        if name in path:
            attributes[ours] = set(path[name]["list"])
    if "extendedCommunity" in path:
        words = path["extendedCommunity"]["string"].split()
        attributes["route_targets"] = {word[3:] for word in words if word.startswith("RT:")}
    if "remoteLabel" in path:
        attributes["labels"] = [path["remoteLabel"]]
    attributes["next_hop"] = path["nexthops"][0]["ip"]
    return attributes


