"""The speaker up at BIRD, a helper that hears everything, and what one wants to know of them."""

import json
import re
import sys
from pathlib import Path

from lab import PEER_IP, SPEAKER_IP, wait_until
from peers import Bird, Session
from stage import Relay, neighbor

FAMILY = "ipv4 unicast"
SESSION = Session((FAMILY,), speaker_as=65001, peer_as=65002)
SUBSCRIBE = "    subscribe [ service plan guard lease bfd ];\n"
WIRE = Path(__file__).with_name("wire.py")


class Running:
    """sections: text of the configuration beside the relay's process and the neighbor of BIRD.

    helpers: more relays, whose processes the neighbor gets; others: addresses of more neighbors;
    peer: another BIRD than the usual one; leaves: of every neighbor.
    """

    def __init__(
        self, stage, sections="", helpers=(), others=(), environment=None, peer=None, **leaves
    ):
        self.stage = stage
        self.peer = peer or Bird(stage, SESSION)
        self.relay = Relay(stage, extra=SUBSCRIBE)
        self._helpers = [self.relay, *helpers]
        self._addresses = [PEER_IP, *others]
        self._leaves = leaves
        self.daemon = stage.speak(self.configuration(sections), environment=environment)
        self.helper = self.relay.accept(self.daemon)
        for other in helpers:
            other.accept(self.daemon)
        self.peer.wait_established()
        self.relay.wait_up()

    def configuration(self, sections):
        names = " ".join(relay.name for relay in self._helpers)
        processes = "".join(relay.section for relay in self._helpers)
        neighbors = "".join(
            neighbor(processes=names, address=address, **self._leaves)
            for address in self._addresses
        )
        return processes + neighbors + sections

    def reload(self, sections):
        """Write the file, say so and wait until it is applied."""
        before = len(self.records("reload", result="applied"))
        self.daemon.configure(self.configuration(sections))
        self.say("reload")
        wait_until(
            lambda: len(self.records("reload", result="applied")) > before, self.daemon.log_tail
        )

    # --- the peer

    def here(self, prefix):
        """What the peer shows of the route, once it has it."""
        return self.peer.wait_route(FAMILY, prefix)

    def gone(self, prefix):
        self.peer.wait_no_route(FAMILY, prefix)

    def has(self, prefix):
        return self.peer.lookup(FAMILY, prefix) is not None

    def received(self):
        """(updates, withdraws) that BIRD has counted in this session."""
        shown = self.peer.client("show", "protocols", "all", "speaker")
        return tuple(
            int(re.search(rf"Import {kind}: +(\d+)", shown)[1]) for kind in ("updates", "withdraws")
        )

    def session_fell(self):
        self.helper.poll()
        return any(
            event.get("type") == "state" and event["neighbor"]["state"] == "down"
            for event in self.helper.events
        )

    def listen_to_the_wire(self):
        """A process that writes down what the peer gets from now on, in hexadecimal."""
        wire = self.stage.peer.start(
            "wire", [sys.executable, WIRE, "cable", SPEAKER_IP], self.stage.directory / "wire.log"
        )
        self.stage.on_close(wire.stop)
        wait_until(lambda: wire.log().startswith("ready\n"), "somebody listens to the wire")
        return lambda: "".join(wire.log().split("\n")[1:])

    # --- commands

    def say(self, command, helper=None):
        """The lines before `done` of the answer."""
        *lines, last = (helper or self.helper).command(command)
        assert last == "done", f"{command}: {lines} {last}\n{self.daemon.log_tail()}"
        return lines

    def refused(self, command, helper=None):
        assert (helper or self.helper).command(command)[-1] == "error", command

    def ask(self, command, last="done"):
        """The JSON of an answer: an array is a line of it, an object looks like an event."""
        mark = len(self.helper.events)
        *lines, end = self.helper.command(command)
        assert end == last, f"{command}: {lines} {end}\n{self.daemon.log_tail()}"
        if lines:
            return json.loads("\n".join(lines))
        return next(event for event in self.helper.events[mark:] if "type" not in event)

    # --- events and records

    def mark(self):
        """The number of the next event."""
        self.helper.poll()
        return len(self.helper.events)

    def notices(self, subject, since=0, **members):
        """The events of OpenBell's own so far that have these members."""
        self.helper.poll()
        return [
            event[subject]
            for event in self.helper.events[since:]
            if event.get("type") == subject and members.items() <= event[subject].items()
        ]

    def notice(self, subject, since=0, **members):
        """The first such event, once there is one."""
        self.helper.wait_for(
            lambda: self.notices(subject, since, **members), f"event {subject} {members}"
        )
        return self.notices(subject, since, **members)[0]

    def records(self, kind, **members):
        """The records of the audit log that have these members."""
        return [
            record
            for record in self.daemon.audit()
            if record["kind"] == kind and members.items() <= record.items()
        ]

    def record(self, kind, **members):
        """The first such record, once it is written."""
        return wait_until(
            lambda: self.records(kind, **members),
            lambda: f"record {kind} {members} among {self.daemon.audit()[-8:]}",
        )[0]


class Switch:
    """A service's health in the test's hands: a file that its check looks for."""

    def __init__(self, directory, name):
        self.name = name
        self.path = directory / f"{name}.up"

    def check(self, extra=""):
        return f"check file {{ path {self.path}; interval 20ms; rise 1; fall 1; {extra}}}"

    def service(self, prefix, extra=""):
        return (
            f"service {self.name} {{\n    route {prefix} next-hop self;\n    {self.check()}\n"
            f"    {extra}\n}}\n"
        )

    def on(self):
        self.path.touch()

    def off(self):
        self.path.unlink()
