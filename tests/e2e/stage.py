"""Where the end-to-end tests play: the lab of the interoperability tests with room for a second
peer, services that helpers watch, and the speaker with any configuration.

    speaker 10.255.0.1 --- cable --- 10.255.0.2 peer
                       --- second -- 10.255.0.3 second peer, when a test asks for one
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

from lab import PEER_IP, SPEAKER_IP, Lab, wait_until
from speaker import ENVIRONMENT, RELAY, REPOSITORY, Helper, speaker_command

SECOND_IP = "10.255.0.3"
EXAMPLES = REPOSITORY / "etc" / "examples"
SERVICE = Path(__file__).with_name("service.py")
HELPERS = Path(__file__).with_name("helpers")


class Stage(Lab):
    def __init__(self, directory):
        super().__init__(directory)
        self._services = 0
        self._resolve_next_hops(self.peer)

    @staticmethod
    def _resolve_next_hops(namespace):
        """Routers refuse next hops that they cannot reach: every 10.x address is on the cable."""
        namespace.run("ip", "addr", "add", "10.254.254.254/8", "dev", "cable")

    def second(self):
        """What a peer class needs to run as the second peer."""
        place = SecondPlace(self, self._namespace("second"))
        self.speaker.run(
            "ip", "link", "add", "second", "type", "veth",
            "peer", "name", "cable", "netns", str(place.peer.pid),
        )  # fmt: skip
        self.speaker.run("ip", "addr", "add", SPEAKER_IP, "peer", SECOND_IP, "dev", "second")
        self.speaker.run("ip", "link", "set", "second", "up")
        place.peer.run("ip", "addr", "add", f"{SECOND_IP}/24", "dev", "cable")
        place.peer.run("ip", "link", "set", "cable", "up")
        self._resolve_next_hops(place.peer)
        return place

    def service(self, kind, *words, namespace=None):
        """One of service.py, in the speaker's namespace if not another; stop() kills it."""
        self._services += 1
        service = (namespace or self.speaker).start(
            f"{kind} service",
            [sys.executable, SERVICE, kind, *words],
            self.directory / f"{kind}-{self._services}.log",
        )
        self.on_close(service.stop)
        wait_until(
            lambda: service.require_running() or "ready" in service.log(), f"{kind} {words} runs"
        )
        return service

    def speak(self, configuration, name="speaker", environment=None):
        return Daemon(self, configuration, name, environment)

    def example(self, name, replacements=None):
        """The speaker with an example of etc/examples, its addresses those of this stage.

        replacements: text of the configuration -> what stands there instead, such as paths.
        """
        directory = self.directory / "example"
        shutil.copytree(EXAMPLES / name, directory)
        text = (directory / "openbell.conf").read_text()
        for old, new in (replacements or {}).items():
            assert old in text, f"{name} does not say {old!r}"
            text = text.replace(old, str(new))
        peers = iter((PEER_IP, SECOND_IP))
        text = re.sub(r"^neighbor \S+", lambda _: f"neighbor {next(peers)}", text, flags=re.M)
        text = re.sub(r"local-address \S+;", f"local-address {SPEAKER_IP};", text)
        return self.speak(text, name="example")


class SecondPlace:
    """A Lab as a peer class sees it, with the second peer's namespace in the place of the first."""

    def __init__(self, stage, namespace):
        self.speaker = stage.speaker
        self.peer = namespace
        self.directory = stage.directory / "second"
        self.directory.mkdir()
        self.on_close = stage.on_close


def second(peer_class):
    """The peer class with the second peer's address."""

    class Second(peer_class):
        def _configuration(self):
            return super()._configuration().replace(PEER_IP, SECOND_IP)

    return Second


class Daemon:
    """The speaker with a configuration of the test's own. It keeps an audit log."""

    def __init__(self, stage, configuration, name, environment):
        self.stage = stage
        self.directory = stage.directory / name
        self.directory.mkdir(exist_ok=True)
        self.path = self.directory / "openbell.conf"
        (self.directory / "audit").mkdir()
        self.configure(configuration)
        self.process = stage.speaker.start(
            "speaker",
            [*speaker_command(), self.path],
            self.directory / "speaker.log",
            env={**os.environ, **ENVIRONMENT, **(environment or {})},
        )
        stage.on_close(self.process.stop)

    def configure(self, text):
        """Write the file; a running speaker reads it at its next reload."""
        audit = f"\naudit {{\n    directory {self.directory}/audit;\n}}\n"
        self.path.write_text(text if "audit {" in text else text + audit)

    def audit(self):
        """The records so far, in the order of the files and lines."""
        directory = re.search(r"directory (\S+);", self.path.read_text())[1]
        records = []
        for path in sorted(Path(directory).glob("audit-*.jsonl"), key=_audit_order):
            *lines, _ = path.read_text().split("\n")  # the last line may be half written
            records += [json.loads(line) for line in lines]
        return records

    def changes(self):
        """The commands that changed something, as they were read."""
        return [record["command"] for record in self.audit() if record["kind"] == "change"
                and "command" in record]  # fmt: skip

    def peak_memory(self):
        """Bytes that were resident at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def helpers(self):
        """{pid: command line} of the processes that it started and that live."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        found = {}
        for pid in Path(path).read_text().split():
            try:
                found[int(pid)] = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except FileNotFoundError:
                pass
        return found

    def log_tail(self):
        return "the speaker's log:\n" + self.process.log()[-3000:]


def _audit_order(path):
    day, _, number = path.stem.partition(".")
    return day, int(number or 0)


def neighbor(extra="", processes="relay", address=PEER_IP, families=("ipv4 unicast",), **leaves):
    """A neighbor section; leaves with _ for -."""
    settings = {
        "router_id": SPEAKER_IP,
        "local_address": SPEAKER_IP,
        "local_as": 65001,
        "peer_as": 65002,
        **leaves,
    }
    lines = "".join(f"    {key.replace('_', '-')} {value};\n" for key, value in settings.items())
    family = "".join(f"        {name};\n" for name in families)
    return f"""
neighbor {address} {{
{lines}
    family {{
{family}    }}
{extra}
    api {{
        processes [ {processes} ];
        neighbor-changes;
    }}
}}
"""


def process(name, *words, extra=""):
    run = " ".join(str(word) for word in (sys.executable, *words))
    return f"process {name} {{\n    run {run};\n    encoder json;\n{extra}}}\n"


class Relay:
    """A helper in the test's hands: `section` goes into the configuration, accept() follows.

    Each of several needs a name of its own; extra: more lines of its section.
    """

    def __init__(self, stage, name="relay", extra=""):
        self.name = name
        directory = stage.directory / name
        directory.mkdir()
        self.helper = Helper(directory)
        stage.on_close(self.helper.close)
        self.section = process(name, RELAY, self.helper.path, extra=extra)

    def accept(self, daemon):
        self.helper.explain = daemon.log_tail
        self.helper.accept()
        return self.helper

    def wait_up(self):
        self.helper.wait_event(
            lambda event: event["type"] == "state" and event["neighbor"]["state"] == "up",
            "session up",
        )
