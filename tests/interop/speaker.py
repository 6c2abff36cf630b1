"""The speaker under test, driven as a user drives it: a configuration file and a helper process."""

import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

from lab import PATIENCE_S, PEER_IP, SPEAKER_IP, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
RELAY = Path(__file__).with_name("relay.py")

# Read by ExaBGP and by whoever replaces it.
ENVIRONMENT = {
    "exabgp_daemon_drop": "false",
    "exabgp_daemon_user": "root",
    "exabgp_api_cli": "false",
    "exabgp_log_level": "INFO",
    "exabgp_log_destination": "stderr",
    "exabgp_tcp_bind": "",
}


def speaker_command():
    """The command of the speaker under test, as a list: $OPENBELL_BIN, else the newest preset."""
    configured = os.environ.get("OPENBELL_BIN")
    if configured:
        words = configured.split()
        words[0] = shutil.which(words[0]) or words[0]
        return words
    for preset in ("release", "dev"):
        binary = REPOSITORY / "build" / preset / "openbell"
        if binary.exists():
            return [str(binary)]
    raise FileNotFoundError(
        "no speaker to test: build one (./run build) or name it in OPENBELL_BIN"
    )


class Helper:
    """The test's end of the relay process: commands out, answers and events in.

    Events are the speaker's JSON lines as dictionaries, in order of arrival, and stay in `events`;
    any other line is an answer and stays in `answers` until a command takes it.
    """

    def __init__(self, directory):
        self.explain = lambda: ""  # more to say when waiting is in vain
        self.path = Path(directory) / "helper.sock"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._connection = None
        self._partial = b""
        self.events = []
        self.answers = []

    def accept(self):
        """Wait until the speaker has started the relay, or started it again."""
        if self._connection:
            self._connection.close()
        self._partial = b""
        self._listener.settimeout(PATIENCE_S)
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError:
            raise AssertionError(f"the helper was never started\n{self.explain()}") from None
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._connection, selectors.EVENT_READ)

    def command(self, line):
        """Send one command and return the lines of its answer, the last being `done` or `error`."""
        self.answers.clear()
        self.send(line)
        self.wait_for(lambda: self.answers and self.answers[-1] in ("done", "error"),
                      f"an answer to {line!r}")  # fmt: skip
        return list(self.answers)

    def send(self, line):
        self._connection.sendall(line.encode() + b"\n")

    def wait_for(self, condition, what, patience_s=PATIENCE_S):
        """Read what the speaker says until condition() holds; return its value."""
        deadline = time.monotonic() + patience_s
        while not (value := condition()):
            left_s = deadline - time.monotonic()
            assert left_s > 0, (
                f"after {patience_s:.0f} s still not: {what}; last events:\n"
                + "\n".join(json.dumps(event) for event in self.events[-5:])
                + f"\n{self.explain()}"
            )
            self._read(left_s)
        return value

    def wait_event(self, matches, what, since=0):
        """The first event, from index `since` on, for which matches(event) holds."""
        return self.wait_for(
            lambda: next((event for event in self.events[since:] if matches(event)), None), what
        )

    def poll(self):
        """Read what is there, without waiting."""
        self._read(0)

    def _read(self, timeout_s):
        if not self._selector.select(timeout_s):
            return
        data = self._connection.recv(1 << 20)
        assert data, f"the helper process has ended\n{self.explain()}"
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            text = line.decode()
            if text.startswith("{"):
                self.events.append(json.loads(text))
            elif text:
                self.answers.append(text)

    def close(self):
        if self._connection:
            self._connection.close()
        self._listener.close()


def configuration(helper_socket, neighbor, families, extra="", root=""):
    """An ExaBGP configuration with one neighbor and the relay as its helper.

    neighbor: keyword -> value for the neighbor's leaf keywords; families: "ipv4 unicast" words;
    extra: further text inside the neighbor; root: further sections.
    """
    leaves = "".join(f"    {key} {value};\n" for key, value in neighbor["leaves"].items())
    family = "".join(f"        {name};\n" for name in families)
    return f"""{root}process relay {{
    run {sys.executable} {RELAY} {helper_socket};
    encoder json;
}}

neighbor {neighbor["address"]} {{
{leaves}
    family {{
{family}    }}
{extra}
    api {{
        processes [ relay ];
        neighbor-changes;
        receive {{
            parsed;
            update;
            notification;
        }}
    }}
}}
"""


class Speaker:
    """The speaker under test with one neighbor, the other end of the lab's cable."""

    def __init__(
        self, lab, families, local_as, peer_as, leaves=None, extra="", environment=None, root="",
        address=PEER_IP,
    ):  # fmt: skip
        self.directory = lab.directory / "openbell"
        self.directory.mkdir()
        self.helper = Helper(self.directory)
        lab.on_close(self.helper.close)
        neighbor = {
            "address": address,
            "leaves": {
                "router-id": SPEAKER_IP,
                "local-address": SPEAKER_IP,
                "local-as": local_as,
                "peer-as": peer_as,
                "hold-time": 90,
                **(leaves or {}),
            },
        }
        path = self.path = self.directory / "speaker.conf"
        path.write_text(configuration(self.helper.path, neighbor, families, extra, root))
        self.process = lab.speaker.start(
            "speaker",
            [*speaker_command(), path],
            self.directory / "speaker.log",
            env={**os.environ, **ENVIRONMENT, **(environment or {})},
        )
        lab.on_close(self.process.stop)
        self.helper.explain = self.log_tail
        self.helper.accept()

    def reload(self, old, new):
        """Change a text of the configuration, and wait until the file is the one in force."""
        text = self.path.read_text()
        assert old in text
        self.path.write_text(text.replace(old, new))
        applied = self.process.log().count("applied: reload")
        self.process.signal(signal.SIGUSR1)
        wait_until(lambda: self.process.log().count("applied: reload") > applied, self.log_tail)

    def wait_established(self):
        self.wait_state("up")

    def wait_state(self, state, since=0):
        return self.helper.wait_event(
            lambda event: event["type"] == "state" and event["neighbor"]["state"] == state,
            f"session {state}",
            since,
        )

    def announce(self, command):
        """Give a command that must be accepted."""
        answer = self.helper.command(command)
        assert answer[-1] == "done", f"{command}: {answer}\n{self.log_tail()}"

    def log_tail(self):
        return "the speaker's log:\n" + self.process.log()[-3000:]

    def mark(self):
        """The index from which events are new."""
        return len(self.helper.events)

    def wait_routes(self, what, matches, since=0):
        """The first UPDATE received, as its JSON object, for which matches() holds."""

        def update_of(event):
            message = event["neighbor"].get("message", {}) if event["type"] == "update" else {}
            return message.get("update")

        event = self.helper.wait_event(
            lambda event: (update := update_of(event)) and matches(update), what, since
        )
        return update_of(event)
