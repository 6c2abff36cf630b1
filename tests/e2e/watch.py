"""A service of the speaker in a test's hands, with BIRD as the judge of what it announces."""

import re

from lab import wait_until
from peers import Bird, Session
from speaker import RELAY
from stage import Relay, neighbor, process

FAMILY = "ipv4 unicast"
SESSION = Session((FAMILY,), speaker_as=65001, peer_as=65002)
ROUTE = "10.1.1.100/32"
PORT = 7000
# Kinds that ask: quick, and yet no single late answer counts.
ASKED = "interval 100ms; rise 2; fall 2;"


def service(checks, words="", name="engine", route=ROUTE):
    return f"""
service {name} {{
    route {route} next-hop 10.0.0.1 med 10;
    {checks}
    {words}
}}
"""


class Watch:
    """The speaker with `sections`, a helper that is told of services, and BIRD."""

    def __init__(self, stage, sections, peer=None, neighbors=""):
        self.peer = peer or Bird(stage, SESSION)
        self.relay = Relay(stage)
        self.neighbors = neighbors
        self.daemon = stage.speak(self.configuration(sections))
        self.helper = self.relay.accept(self.daemon)
        self.relay.wait_up()
        self._told = 0  # events before it have been asked for

    def configuration(self, sections, static=()):
        routes = "".join(f"        route {route};\n" for route in static)
        relay = process("relay", RELAY, self.relay.helper.path,
                        extra="    subscribe [ service bfd ];\n")  # fmt: skip
        sessions = neighbor(f"    static {{\n{routes}    }}") + self.neighbors
        return relay + sessions + sections

    def told(self, state, reason="", name="engine"):
        """The next event that says that the service is in this state, for this reason."""

        def matches(event):
            fields = event.get("service", {})
            return (
                fields.get("name") == name
                and fields["state"] == state
                and re.search(reason, fields["reason"])
            )

        event = self.helper.wait_event(matches, f"{name} {state}: {reason}", self._told)
        self._told = self.helper.events.index(event) + 1
        return event

    def recorded(self, state, reason, name="engine"):
        """The audit record of it."""

        def found():
            return [
                record
                for record in self.daemon.audit()
                if record["kind"] == "service"
                and record["result"] == f"{name} {state}"
                and re.search(reason, record.get("detail", ""))
            ]

        what = f"on record: {name} {state}: {reason}"
        return wait_until(found, lambda: f"{what}; {self.daemon.audit()[-5:]}")[-1]

    def comes(self, reason="is up", name="engine", route=ROUTE):
        """The service is up, and BIRD has its route."""
        self.told("up", reason, name)
        return self.peer.wait_route(FAMILY, route)

    def goes(self, reason, name="engine", route=ROUTE, state="down"):
        """The service fell for this reason, which is on record, and BIRD has its route no more."""
        event = self.told(state, reason, name)
        self.peer.wait_no_route(FAMILY, route)
        self.recorded(state, reason, name)
        return event

    def show(self, name="engine"):
        """What `service NAME show json` says."""
        self.order(f"service {name} show json")
        # A line with an object is an event for the helper's reader; this one has no type.
        (shown,) = [event for event in self.helper.events if "type" not in event]
        self.helper.events.remove(shown)
        return shown

    def check(self, number=0, name="engine"):
        return self.show(name)["checks"][number]

    def wait_check(self, state, number=0, name="engine"):
        wait_until(
            lambda: self.check(number, name)["state"] == state,
            lambda: f"check {number} {state}; {self.show(name)}",
        )

    def order(self, words):
        assert self.helper.command(words)[-1] == "done", words

    def updates_received(self):
        """How many UPDATEs with routes and with withdrawn routes BIRD has had."""
        shown = self.peer.client("show", "protocols", "all", "speaker")
        return tuple(
            int(re.search(rf"Import {kind}: +(\d+)", shown)[1]) for kind in ("updates", "withdraws")
        )
