"""A service of the speaker in a test's hands, with BIRD as the judge of what it announces."""

import re

from lab import wait_until
from running import Running

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


class Watch(Running):
    def __init__(self, *words, **more):
        self._told = 0  # events before it have been asked for
        super().__init__(*words, **more)

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
        """The last audit record of it."""

        def found():
            return [
                record
                for record in self.records("service", result=f"{name} {state}")
                if re.search(reason, record.get("detail", ""))
            ]

        what = f"on record: {name} {state}: {reason}"
        return wait_until(found, lambda: f"{what}; {self.daemon.audit()[-5:]}")[-1]

    def comes(self, reason="is up", name="engine", route=ROUTE):
        """The service is up, and BIRD has its route."""
        self.told("up", reason, name)
        return self.here(route)

    def goes(self, reason, name="engine", route=ROUTE, state="down"):
        """The service fell for this reason, which is on record, and BIRD has its route no more."""
        event = self.told(state, reason, name)
        self.gone(route)
        self.recorded(state, reason, name)
        return event

    def show(self, name="engine"):
        return self.ask(f"service {name} show json")

    def check(self, number=0, name="engine"):
        return self.show(name)["checks"][number]

    def wait_check(self, state, number=0, name="engine"):
        wait_until(
            lambda: self.check(number, name)["state"] == state,
            lambda: f"check {number} {state}; {self.show(name)}",
        )
