"""ExaBGP 4.2. Its client is a helper process, here the relay that the speaker under test has too.

What ExaBGP knows about the speaker's routes is what it tells that helper, so the table is the sum
of its update events.
"""

import os

from lab import PEER_IP, SPEAKER_IP
from peers.base import Peer
from routes import FAMILIES, ORIGIN_COMMUNITY, ORIGINATED, json_announced, json_withdrawn
from speaker import ENVIRONMENT, Helper, configuration


class ExaBgp(Peer):
    programs = ("exabgp",)
    package = "exabgp"
    families = FAMILIES
    # 4.2 has no word for a multicast route outside 224.0.0.0/4.
    originates = tuple(family for family in FAMILIES if family != "ipv4 multicast")

    def __init__(self, lab, session):
        super().__init__(lab, session)
        self._helper = Helper(self.directory)
        lab.on_close(self._helper.close)
        leaves = {
            "router-id": PEER_IP,
            "local-address": PEER_IP,
            "local-as": session.peer_as,
            "peer-as": session.speaker_as,
            "passive": "false" if session.active else "true",
        }
        neighbor = {"address": SPEAKER_IP, "leaves": leaves}
        path = self.directory / "exabgp.conf"
        path.write_text(configuration(self._helper.path, neighbor, session.families))
        self.launch(
            ["exabgp", path], env={**os.environ, **ENVIRONMENT, "exabgp_tcp_bind": PEER_IP}
        )
        self._helper.accept()
        self._up = False
        self._table = {}
        self._read = 0

    def _follow(self):
        """Bring the table up to the last event."""
        self.process.require_running()
        self._helper.poll()
        for event in self._helper.events[self._read :]:
            if event["type"] == "state":
                self._up = event["neighbor"]["state"] == "up"
                self._table.clear()
            elif event["type"] == "update":
                self._apply(event["neighbor"]["message"].get("update", {}))
        self._read = len(self._helper.events)

    def _apply(self, update):
        for family in self.session.families:
            for key in json_withdrawn(update, family):
                self._table.pop((family, key), None)
            for key, attributes in json_announced(update, family).items():
                self._table[family, key] = attributes

    def established(self):
        self._follow()
        return self._up

    def lookup(self, family, key):
        self._follow()
        return self._table.get((family, key))

    def originate(self, family):
        self._command("announce", family)

    def revoke(self, family):
        self._command("withdraw", family)

    def _command(self, verb, family):
        origin = ORIGINATED[family]
        if origin.next_hop:
            words = f"route {origin.prefix} next-hop {origin.next_hop}"
            words += f" rd {origin.rd}" if origin.rd else ""
            words += f" label {origin.label}" if origin.label else ""
            words += f" community {ORIGIN_COMMUNITY}"
        else:
            protocol = "next-header" if ":" in origin.prefix else "protocol"
            rd = f"rd {origin.rd}; " if origin.rd else ""
            words = (
                f"flow route {{ {rd}match {{ destination {origin.prefix}; {protocol} tcp; "
                "destination-port =80; } then { discard; } }"
            )
        answer = self._helper.command(f"{verb} {words}")
        assert answer[-1] == "done", f"{verb} {words}: {answer}"
