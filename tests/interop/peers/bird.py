"""BIRD 2."""

import re
import struct

from lab import PEER_IP, SPEAKER_IP
from peers.base import Peer
from routes import ORIGIN_COMMUNITY, ORIGINATED

# family -> channel of protocol bgp, type of its table, name of its table
CHANNELS = {
    "ipv4 unicast": ("ipv4", "ipv4", "unicast4"),
    "ipv6 unicast": ("ipv6", "ipv6", "unicast6"),
    "ipv4 multicast": ("ipv4 multicast", "ipv4", "multicast4"),
    "ipv4 nlri-mpls": ("ipv4 mpls", "ipv4", "labeled4"),
    "ipv6 nlri-mpls": ("ipv6 mpls", "ipv6", "labeled6"),
    "ipv4 mpls-vpn": ("vpn4 mpls", "vpn4", "vpn_table4"),
    "ipv6 mpls-vpn": ("vpn6 mpls", "vpn6", "vpn_table6"),
    "ipv4 flow": ("flow4", "flow4", "flow_table4"),
    "ipv6 flow": ("flow6", "flow6", "flow_table6"),
}


class Bird(Peer):
    programs = ("bird", "birdc")
    package = "bird2"
    families = tuple(CHANNELS)
    originates = families

    def __init__(self, lab, session):
        super().__init__(lab, session)
        configuration = self.directory / "bird.conf"
        configuration.write_text(self._configuration())
        self._socket = self.directory / "bird.ctl"
        self.launch(
            ["bird", "-f", "-c", configuration, "-s", self._socket, "-P", self.directory / "pid"]
        )

    def _configuration(self):
        tables = "".join(f"{kind} table {table};\n" for _, kind, table in self._channels())
        options = "".join(f" {option};" for option in self.session.channel_options)
        channels = "".join(
            f"    {channel} {{ table {table}; import all; export all;{options} }};\n"
            for channel, _, table in self._channels()
        )
        bfd = f"protocol bfd {{ {self.session.bfd} }}\n" if self.session.bfd else ""
        statics = "".join(self._static(family) for family in self.session.families)
        return f"""router id {PEER_IP};
log stderr all;
{tables}
protocol device {{ }}
{bfd}{statics}
protocol bgp speaker {{
    local {PEER_IP} as {self.session.peer_as};
    neighbor {SPEAKER_IP} as {self.session.speaker_as};
    direct;
    passive {"off" if self.session.active else "on"};
    connect delay time 0;
    connect retry time 1;
    error wait time 1, 1;
{self._security()}{channels}}}
"""

    def _channels(self):
        return [CHANNELS[family] for family in self.session.families]

    def _security(self):
        lines = [f"    {option};" for option in self.session.protocol_options]
        if self.session.md5:
            lines.append(f'    password "{self.session.md5}";')
        if self.session.gtsm:
            lines.append("    ttl security on;")
        return "".join(f"{line}\n" for line in lines)

    @staticmethod
    def _static(family):
        """A static protocol, disabled until originate(), with the one route of the family."""
        _, kind, table = CHANNELS[family]
        origin = ORIGINATED[family]
        if kind.startswith("flow"):
            protocol = "proto = 6" if kind == "flow4" else "next header = 6"
            target = f"{kind} {{ dst {origin.prefix}; {protocol}; dport = 80; }}"
            attributes = "bgp_ext_community.add((generic, 0x80060000, 0));"
        else:
            target = f"{origin.rd} {origin.prefix} via {origin.next_hop}".strip()
            target += f" mpls {origin.label}" if origin.label else ""
            asn, value = ORIGIN_COMMUNITY.split(":")
            attributes = f"bgp_community.add(({asn},{value}));"
        return f"""protocol static {table}_origin {{
    disabled;
    {kind} {{ table {table}; }};
    route {target} {{ {attributes} }};
}}
"""

    def client(self, *words, check=True):
        return self.lab.peer.run("birdc", "-s", self._socket, *words, check=check)

    def established(self):
        self.process.require_running()
        return "Established" in self.client("show", "protocols", "speaker")

    def lookup(self, family, key):
        _, kind, table = CHANNELS[family]
        shown = self.client("show", "route", "table", table, "protocol", "speaker", "all")
        for block in re.split(r"\n(?=\S)", shown):
            if _key(kind, block) == key:
                return _attributes(block)
        return None

    def lookup_prefix(self, family, prefix):
        """What lookup() says, for an IPv4 prefix of a large table."""
        shown = self.client(
            "show", "route", "for", prefix, "table", CHANNELS[family][2], "all", check=False
        )
        found = re.search(rf"^{re.escape(prefix)} ", shown, re.MULTILINE)
        return _attributes(shown[found.start() :]) if found else None

    def received(self):
        """Counts of the updates and withdrawals that it has received."""
        shown = self.client("show", "protocols", "all", "speaker")
        return re.findall(r"Import (?:updates|withdraws):.*", shown)

    def count(self, family):
        """How many routes it holds of the speaker."""
        shown = self.client("show", "route", "count", "table", CHANNELS[family][2])
        return int(re.search(r"(\d+) of \d+ routes", shown)[1])

    def originate(self, family):
        self.client("enable", f"{CHANNELS[family][2]}_origin")

    def revoke(self, family):
        self.client("disable", f"{CHANNELS[family][2]}_origin")


def _key(kind, block):
    """The key of the route that a block of `show route` is about, or None."""
    if kind.startswith("flow"):
        rule = r"flow[46] \{ dst (\S+); (?:proto|next header) (\d+); dport (\d+); \}"
        found = re.match(rule, block)
        return found and "{} proto {} dport {}".format(*found.groups())
    found = re.match(r"((?:\S+:\S+ )?[0-9a-f.:]+/\d+) +unicast ", block)
    return found and found[1]


def _attributes(block):
    shown = dict(re.findall(r"^\tBGP\.(\w+): (.*)$", block, re.MULTILINE))
    attributes = {"as_path": [int(number) for number in shown["as_path"].split()]}
    for name in ("med", "local_pref"):
        if name in shown:
            attributes[name] = int(shown[name])
    if "next_hop" in shown:
        attributes["next_hop"] = shown["next_hop"].split()[0]
    if "mpls_label_stack" in shown:
        attributes["labels"] = [int(label) for label in shown["mpls_label_stack"].split("/")]
    for name, ours in (("community", "communities"), ("large_community", "large_communities")):
        if name in shown:
            values = re.findall(r"\(([^)]*)\)", shown[name])
            attributes[ours] = {value.replace(" ", "").replace(",", ":") for value in values}
    for community in re.findall(r"\(([^)]*)\)", shown.get("ext_community", "")):
        kind, first, second = community.split(", ")
        if kind == "rt":
            attributes.setdefault("route_targets", set()).add(f"{first}:{second}")
        elif (kind, first) == ("generic", "0x80060000"):
            attributes["rate"] = _float32(int(second, 16))
    return attributes


def _float32(bits):
    """The value of an IEEE 754 single with these bits, as RFC 8955 7.3 writes a rate."""
    return struct.unpack(">f", struct.pack(">I", bits))[0]
