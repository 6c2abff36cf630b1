"""GoBGP 3.10."""

import json

from lab import PEER_IP, SPEAKER_IP, wait_until
from peers.base import Peer
from routes import ORIGIN_COMMUNITY, ORIGINATED

# family -> its name in the configuration, its name for the client
NAMES = {
    "ipv4 unicast": ("ipv4-unicast", "ipv4"),
    "ipv6 unicast": ("ipv6-unicast", "ipv6"),
    "ipv4 nlri-mpls": ("ipv4-labelled-unicast", "ipv4-mpls"),
    "ipv6 nlri-mpls": ("ipv6-labelled-unicast", "ipv6-mpls"),
    "ipv4 mpls-vpn": ("l3vpn-ipv4-unicast", "vpnv4"),
    "ipv6 mpls-vpn": ("l3vpn-ipv6-unicast", "vpnv6"),
    "ipv4 flow": ("ipv4-flowspec", "ipv4-flowspec"),
    "ipv6 flow": ("ipv6-flowspec", "ipv6-flowspec"),
    "ipv4 flow-vpn": ("l3vpn-ipv4-flowspec", "ipv4-l3vpn-flowspec"),
    "ipv6 flow-vpn": ("l3vpn-ipv6-flowspec", "ipv6-l3vpn-flowspec"),
}

ESTABLISHED = 6


class GoBgp(Peer):
    """Its client cannot show a multicast table, so that family is not in the list."""

    programs = ("gobgpd", "gobgp")
    package = "gobgpd"
    families = tuple(NAMES)
    originates = families

    def __init__(self, lab, session):
        super().__init__(lab, session)
        configuration = self.directory / "gobgpd.toml"
        configuration.write_text(self._configuration())
        self.launch(
            ["gobgpd", "-f", configuration, "--api-hosts", "127.0.0.1:50051", "--pprof-disable"]
        )
        wait_until(lambda: self._try_client("global"), "GoBGP answers its client")

    def _configuration(self):
        families = "".join(
            "  [[neighbors.afi-safis]]\n"
            "    [neighbors.afi-safis.config]\n"
            f'      afi-safi-name = "{NAMES[family][0]}"\n'
            for family in self.session.families
        )
        return f"""[global.config]
  as = {self.session.peer_as}
  router-id = "{PEER_IP}"
  local-address-list = ["{PEER_IP}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{SPEAKER_IP}"
    peer-as = {self.session.speaker_as}
  [neighbors.transport.config]
    passive-mode = {"false" if self.session.active else "true"}
    local-address = "{PEER_IP}"
{families}"""

    def client(self, *words):
        return self.lab.peer.run("gobgp", *words)

    def _try_client(self, *words):
        self.process.require_running()
        return self.lab.peer.run("gobgp", *words, check=False)

    def established(self):
        self.process.require_running()
        shown = json.loads(self.client("neighbor", "-j"))
        return shown[0]["state"].get("session_state") == ESTABLISHED

    def lookup(self, family, key):
        shown = json.loads(self.client("global", "rib", "-j", "-a", NAMES[family][1]))
        for paths in shown.values():
            path = paths[0]
            if path.get("neighbor-ip") == SPEAKER_IP and _key(path["nlri"]) == key:
                return _attributes(path)
        return None

    def originate(self, family):
        self._rib("add", family)

    def revoke(self, family):
        self._rib("del", family)

    def _rib(self, verb, family):
        origin = ORIGINATED[family]
        if origin.next_hop:
            words = [origin.prefix]
            if origin.rd:
                words += ["label", str(origin.label), "rd", origin.rd, "rt", origin.rd]
            elif origin.label:
                words += [str(origin.label)]
            words += ["nexthop", origin.next_hop, "community", ORIGIN_COMMUNITY]
        else:
            words = ["rd", origin.rd] if origin.rd else []
            words += ["match", "destination", origin.prefix, "protocol", "tcp"]
            words += ["destination-port", "==80", "then", "discard"]
        self.client("global", "rib", verb, "-a", NAMES[family][1], *words)


def _key(nlri):
    rd = f"{nlri['rd']['admin']}:{nlri['rd']['assigned']}" if "rd" in nlri else ""
    if "prefix" in nlri:
        return f"{rd} {nlri['prefix']}".strip()
    parts = {component["type"]: component["value"] for component in nlri["value"]}
    protocol, port = parts[3][0]["value"], parts[5][0]["value"]
    return f"{rd} {parts[1]['prefix']} proto {protocol} dport {port}".strip()


def _attributes(path):
    attributes = {}
    labels = path["nlri"].get("labels")
    if labels:
        attributes["labels"] = labels
    readers = {
        2: lambda value: attributes.update(
            as_path=[asn for segment in value["as_paths"] for asn in segment["asns"]]
        ),
        3: lambda value: attributes.update(next_hop=value["nexthop"]),
        4: lambda value: attributes.update(med=value["metric"]),
        5: lambda value: attributes.update(local_pref=value["value"]),
        8: lambda value: attributes.update(
            communities={f"{number >> 16}:{number & 0xFFFF}" for number in value["communities"]}
        ),
        14: lambda value: attributes.update(next_hop=value["nexthop"]),
        16: lambda value: _read_extended(attributes, value["value"]),
        32: lambda value: attributes.update(
            large_communities={
                f"{item['ASN']}:{item['LocalData1']}:{item['LocalData2']}"
                for item in value["value"]
            }
        ),
    }
    for attribute in path["attrs"]:
        if attribute["type"] in readers:
            readers[attribute["type"]](attribute)
    return attributes


def _read_extended(attributes, communities):
    for community in communities:
        if community["subtype"] == 2:
            attributes.setdefault("route_targets", set()).add(community["value"])
        elif (community["type"], community["subtype"]) == (0x80, 6):
            attributes["rate"] = community["rate"]
