"""OpenBGPD 7.7. It drops its privileges into the account that its Debian package makes."""

import json
import pwd
import re
from pathlib import Path

from lab import PEER_IP, SPEAKER_IP, wait_until
from peers.base import Peer
from routes import ORIGIN_COMMUNITY, ORIGINATED

ANNOUNCE = {
    "ipv4 unicast": "IPv4 unicast",
    "ipv6 unicast": "IPv6 unicast",
    "ipv4 mpls-vpn": "IPv4 vpn",
    "ipv6 mpls-vpn": "IPv6 vpn",
}

TABLES = {
    "ipv4 unicast": "IPv4",
    "ipv6 unicast": "IPv6",
    "ipv4 mpls-vpn": "VPNv4",
    "ipv6 mpls-vpn": "VPNv6",
}


class OpenBgpd(Peer):
    programs = ("/usr/sbin/bgpd", "bgpctl")
    package = "openbgpd"
    families = tuple(ANNOUNCE)
    # A VPN route of its own needs an MPLS interface of OpenBSD.
    originates = ("ipv4 unicast", "ipv6 unicast")
    hidden = {"ipv4 mpls-vpn": {"labels"}, "ipv6 mpls-vpn": {"labels"}}
    own_next_hop = ("ipv6 unicast",)
    # 7.7 looks for the withdrawn route with its labels; not even the withdraw of RFC 8277 2.4
    # (label 0x800000) finds it.
    keeps_withdrawn = ("ipv4 mpls-vpn", "ipv6 mpls-vpn")

    def __init__(self, lab, session):
        super().__init__(lab, session)
        self._socket = self.directory / "bgpd.sock"
        configuration = self.directory / "bgpd.conf"
        configuration.write_text(self._configuration())
        configuration.chmod(0o600)  # it refuses a file that others can read
        # Where it shuts itself in: made by systemd at boot, so not there in a container.
        Path(pwd.getpwnam("_openbgpd").pw_dir).mkdir(exist_ok=True)
        self.launch(["/usr/sbin/bgpd", "-d", "-f", configuration])
        wait_until(self._socket.exists, "OpenBGPD has its control socket")

    def _configuration(self):
        announce = "".join(f"    announce {ANNOUNCE[name]}\n" for name in self.session.families)
        passive = "" if self.session.active else "    passive\n"
        return f"""AS {self.session.peer_as}
router-id {PEER_IP}
fib-update no
socket "{self._socket}"
listen on {PEER_IP}
neighbor {SPEAKER_IP} {{
    remote-as {self.session.speaker_as}
    local-address {PEER_IP}
{passive}{announce}}}
allow from any
allow to any
"""

    def client(self, *words):
        return self.lab.peer.run("bgpctl", "-s", self._socket, *words)

    def established(self):
        self.process.require_running()
        return "BGP state = Established" in self.client("show", "neighbor", SPEAKER_IP)

    def lookup(self, family, key):
        shown = json.loads(self.client("-j", "show", "rib", TABLES[family], "detail"))
        for path in shown.get("rib", []):
            from_speaker = path["neighbor"]["remote_addr"] == SPEAKER_IP
            if from_speaker and path["prefix"].removeprefix("rd ") == key:
                return _attributes(path)
        return None

    def updates_received(self):
        (shown,) = json.loads(self.client("-j", "show", "neighbor", SPEAKER_IP))["neighbors"]
        return shown["stats"]["message"]["received"]["updates"]

    def originate(self, family):
        origin = ORIGINATED[family]
        words = ["nexthop", origin.next_hop, "community", ORIGIN_COMMUNITY]
        self.client("network", "add", origin.prefix, *words)

    def revoke(self, family):
        self.client("network", "delete", ORIGINATED[family].prefix)


def _attributes(path):
    attributes = {
        "as_path": [int(number) for number in path["aspath"].split()],
        "next_hop": path["exit_nexthop"],
        "med": path["metric"],
        "local_pref": path["localpref"],
    }
    for name in ("communities", "large_communities"):
        if name in path:
            attributes[name] = set(path[name])
    targets = (re.fullmatch(r"rt (\S+)", text) for text in path.get("extended_communities", []))
    found = {target[1] for target in targets if target}
    return {**attributes, "route_targets": found} if found else attributes
