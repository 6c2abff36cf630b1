"""One of the two speakers with one configuration: started, commanded, its bytes taken down."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bgp_sink import UPDATE, Character, Sink, end_of_rib, families_of

REPOSITORY = Path(__file__).resolve().parents[2]
RELAY = REPOSITORY / "tests" / "interop" / "relay.py"

PATIENCE_S = 20.0

# Ports that stand in a configuration for the sink's and for the one that the speaker listens on.
CONNECT_PORT, LISTEN_PORT = "1790", "1791"

ENVIRONMENT = {
    "exabgp_daemon_drop": "false",
    "exabgp_daemon_user": "root",
    "exabgp_api_cli": "false",
    "exabgp_log_level": "INFO",
    "exabgp_log_destination": "stderr",
    "exabgp_tcp_bind": "",
}

FAMILY_NAMES = {
    (1, 1): "ipv4 unicast", (1, 2): "ipv4 multicast", (1, 4): "ipv4 nlri-mpls",
    (1, 128): "ipv4 mpls-vpn", (1, 132): "ipv4 rtc", (1, 133): "ipv4 flow",
    (1, 134): "ipv4 flow-vpn", (2, 1): "ipv6 unicast", (2, 4): "ipv6 nlri-mpls",
    (2, 128): "ipv6 mpls-vpn", (2, 133): "ipv6 flow", (2, 134): "ipv6 flow-vpn",
    (25, 65): "l2vpn vpls", (25, 70): "l2vpn evpn",
}  # fmt: skip


def reference_command():
    """ExaBGP as Debian packages it."""
    return [shutil.which("exabgp") or "exabgp"]


def our_command():
    """$OPENBELL_BIN, else the newest preset."""
    configured = os.environ.get("OPENBELL_BIN")
    if configured:
        return configured.split()
    for preset in ("release", "dev"):
        binary = REPOSITORY / "build" / preset / "openbell"
        if binary.exists():
            return [str(binary)]
    raise FileNotFoundError("build openbell (./run build) or name it in OPENBELL_BIN")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Case:
    """A configuration and the commands to give once its sessions are up.

    The configuration is ExaBGP's; the helper that the commands come from is added to it. Its
    comments may say `# peer: without 65 6` (capabilities that the sink does not have), `# api: LINE`,
    `# differs: KEY` and `# any order`, of the UPDATEs.
    """

    name: str
    text: str
    commands: list = field(default_factory=list)
    differs: str = ""

    @classmethod
    def read(cls, path):
        text = path.read_text()
        differs = re.findall(r"^# differs: (\S+)", text, re.M)
        return cls(
            path.stem, text, re.findall(r"^# api: (.*)", text, re.M), differs[0] if differs else ""
        )

    def _words(self, keyword):
        return re.findall(rf"^[^#\n]*\b{keyword}\s+([^;\s]+)", self.text, re.M)

    @property
    def neighbors(self):
        return re.findall(r"^neighbor\s+([0-9a-f.:]+)", self.text, re.M)

    @property
    def waits(self):
        """The speaker only listens."""
        return bool(self._words("listen"))

    @property
    def any_order(self):
        return "\n# any order\n" in self.text

    @property
    def manual_eor(self):
        return "manual-eor true" in self.text

    def sink(self):
        without = re.findall(r"^# peer: without (.*)", self.text, re.M)
        peer_as, md5 = self._words("peer-as"), self._words("md5-password")
        return Sink(
            self.neighbors[0],
            Character(
                int(peer_as[0]) if peer_as and peer_as[0].isdigit() else 0,
                tuple(int(code) for codes in without for code in codes.split()),
            ),
            self._password(md5[0]) if md5 else b"",
        )

    def _password(self, word):
        return base64.b64decode(word) if self._words("md5-base64") == ["true"] else word.encode()

    def configuration(self, helper_socket, connect, listen, process_lines="", api_lines=""):
        text = self.text.replace(CONNECT_PORT, str(connect)).replace(LISTEN_PORT, str(listen))
        helper = (
            f"process relay {{ run {sys.executable} {RELAY} {helper_socket}; encoder json; "
            f"{process_lines} }}\n"
        )
        binding = f"\\1\n    api {{ processes [ relay ]; neighbor-changes; {api_lines}\n    }}\n"
        return helper + re.sub(r"^(neighbor\s+[0-9a-f.:/]+\s*\{)", binding, text, flags=re.M)


class Helper:
    """Our end of the helper process: commands out, replies and events in."""

    def __init__(self, path):
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._connection = None
        self.changed = threading.Condition()
        self.replies = []
        self.events = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        try:
            self._connection, _ = self._listener.accept()
            with self._connection.makefile("rb") as lines:
                for line in lines:
                    text = line.decode(errors="replace").rstrip("\n")
                    with self.changed:
                        is_event = text.startswith('{ "exabgp"')
                        (self.events if is_event else self.replies).append(text)
                        self.changed.notify_all()
        except OSError:
            pass

    def wait(self, condition, patience_s=PATIENCE_S):
        with self.changed:
            return self.changed.wait_for(condition, patience_s)

    def sessions_up(self):
        ups = [text for text in self.events if '"state": "up"' in text]
        return {json.loads(text)["neighbor"]["address"]["peer"] for text in ups}

    def command(self, line, ends=("done", "error")):
        """Give one command; return the lines of its reply."""
        del self.replies[:]
        self._connection.sendall(line.encode() + b"\n")
        self.wait(lambda: self.replies and self.replies[-1] in ends)
        return list(self.replies)

    def close(self):
        self._listener.close()
        if self._connection:
            self._connection.close()


@dataclass
class Transcript:
    """What one speaker did: hex of each message by session, and by command."""

    opens: dict = field(default_factory=dict)  # session -> hex
    start: dict = field(default_factory=dict)  # session -> [hex] until the commands begin
    answers: list = field(default_factory=list)  # (command, reply, {session: [hex]})


class Contestant:
    """A running speaker; a context manager."""

    def __init__(self, command, case, directory, process_lines="", api_lines="", environment=None):
        self.case = case
        self.directory = Path(directory)
        self.directory.mkdir(parents=True)
        self.sink = case.sink()
        self.helper = Helper(self.directory / "helper")
        self._seen = {}
        self._listen = free_port()
        path = self.directory / "speaker.conf"
        path.write_text(
            case.configuration(
                self.directory / "helper", self.sink.port, self._listen, process_lines, api_lines
            )
        )
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command, str(path)],
                env={**os.environ, **ENVIRONMENT, **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()  # how a speaker leaves is not looked at here
        self.process.wait()
        self.helper.close()
        self.sink.close()

    def _require(self, happened, what):
        if not happened:
            log = (self.directory / "log").read_text(errors="replace")[-3000:]
            sessions = {
                name: [body.hex() for _, body in session.messages[-6:]]
                for name, session in self.sink.sessions.items()
            }
            raise AssertionError(
                f"{self.directory.name}: {what}\nreplies {self.helper.replies}\n"
                f"events {self.helper.events[-4:]}\nsessions {sessions}\n{log}"
            )

    def establish(self):
        """Wait until every session is up and has said what it has to say."""
        names = self.case.neighbors
        if self.case.waits:
            deadline = time.monotonic() + PATIENCE_S
            for name in names:
                while not self.sink.connect(name, "127.0.0.1", self._listen):
                    self._require(time.monotonic() < deadline, "does not listen")
                    time.sleep(0.02)
        up = self.helper.wait(lambda: set(names) <= self.helper.sessions_up())
        self._require(up, f"sessions {names} are not up")
        transcript = Transcript(opens={name: self._session(name).open.hex() for name in names})
        transcript.start = self.settle(first=True)
        return transcript

    def run(self, commands):
        transcript = self.establish()
        for command in commands:
            reply = self.helper.command(command)
            self._require(reply and reply[-1] in ("done", "error"), f"no reply to {command!r}")
            transcript.answers.append((command, reply, self.settle()))
        return transcript

    def _session(self, name):
        self._require(self.sink.wait(lambda: name in self.sink.sessions, PATIENCE_S), name)
        return self.sink.sessions[name]

    def settle(self, first=False):
        """What each session was sent since the last time, all of it: an End-of-RIB that we ask for
        comes after whatever the speaker has in hand, and is left out."""
        said = {}
        for name in self.case.neighbors:
            session = self._session(name)
            families = families_of(session.open) or [(1, 1)]
            marker = (UPDATE, end_of_rib(*families[0]))
            reply = self.helper.command(f"neighbor {name} announce eor {FAMILY_NAMES[families[0]]}")
            self._require(reply == ["done"], f"announce eor: {reply}")
            since = self._seen.get(name, 0)
            times = 2 if first and not self.case.manual_eor else 1  # once by itself

            def ended(session=session, since=since, marker=marker, times=times):
                return session.messages[since:].count(marker) == times

            self._require(self.sink.wait(ended, PATIENCE_S), f"no End-of-RIB to {name}")
            messages = session.messages[since:]
            self._seen[name] = len(session.messages)
            self._require(messages[-1] == marker, "the End-of-RIB asked for is not the last")
            said[name] = [f"{kind}:{body.hex()}" for kind, body in messages[:-1]]
        return said
