"""The speakers that are measured, each made to talk to 127.0.0.1 and following at a given port."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from processes import Process

SPEAKER_AS, PEER_AS = 65000, 65001
SPEAKER_IP, PEER_IP = "127.0.0.2", "127.0.0.1"
NEXT_HOP = "10.0.0.1"
FIRST_PREFIX = 0x10000000  # see wire.h


def prefix(index):
    address = FIRST_PREFIX + (index << 8)
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.0/24"


@dataclass
class Task:
    """What a speaker is to do: peers at this port, routes of its configuration, a helper.

    `switched` routes are announced one by one on request of bench_driver.
    """

    directory: Path
    port: int
    routes: int = 0
    switched: int = 0
    helper: list = field(default_factory=list)
    events: bool = False
    peers: tuple = (PEER_IP,)


class ExaBgpLike:
    """Whatever reads ExaBGP's configuration: ExaBGP itself, and OpenBell."""

    ENVIRONMENT = {
        "exabgp_daemon_drop": "false",
        "exabgp_daemon_user": "root",
        "exabgp_api_cli": "false",
        "exabgp_log_level": "WARNING",
        "exabgp_log_destination": "stderr",
        "exabgp_tcp_bind": "",
    }

    dials = True  # connects to its peers; the others wait for them on the task's port + 1

    def __init__(self, name, command, environment=None, leaves=""):
        """`leaves`: more lines of the neighbor section."""
        self.name = name
        self._command = command
        self._leaves = leaves
        self._environment = {**self.ENVIRONMENT, **(environment or {})}

    def installed(self):
        return shutil.which(self._command[0]) is not None

    def start(self, task):
        path = task.directory / "speaker.conf"
        with open(path, "w") as text:
            if task.helper:
                run = " ".join(task.helper)
                text.write(f"process helper {{\n    run {run};\n    encoder json;\n}}\n")
            for peer in task.peers:
                self._write_neighbor(text, task, peer)
        return self.run(path, task.directory)

    def run(self, path, directory):
        return Process(self.name, [*self._command, path], directory, self._environment)

    def _write_neighbor(self, text, task, peer):
        text.write(
            f"neighbor {peer} {{\n"
            f"    router-id {SPEAKER_IP};\n    local-address {SPEAKER_IP};\n"
            f"    local-as {SPEAKER_AS};\n    peer-as {PEER_AS};\n    connect {task.port};\n"
            f"{self._leaves}"
            "    family {\n        ipv4 unicast;\n    }\n"
        )
        if task.helper:
            receive = "        receive {\n            parsed;\n            update;\n        }\n"
            text.write("    api {\n        processes [ helper ];\n")
            text.write(receive if task.events else "")
            text.write("    }\n")
        if task.routes:
            text.write("    static {\n")
            for index in range(task.routes):
                text.write(f"        route {prefix(index)} next-hop {NEXT_HOP};\n")
            text.write("    }\n")
        text.write("}\n")


class Bird:
    """2.0.12 waits in poll() for three seconds before it sends the last UPDATE of a table.

    A switched route is a static protocol that is enabled.
    """

    name = "BIRD 2.0"
    dials = False

    def installed(self):
        return shutil.which("bird") is not None

    def start(self, task):
        path = task.directory / "bird.conf"
        with open(path, "w") as text:
            text.write(
                f"router id {SPEAKER_IP};\nprotocol device {{ }}\n"
                "protocol static {\n    ipv4;\n"
            )
            for index in range(task.routes):
                text.write(f"    route {prefix(index)} blackhole;\n")
            text.write("}\n")
            for index in range(task.switched):
                text.write(
                    f"protocol static route_{index} {{\n    disabled;\n    ipv4;\n"
                    f"    route {prefix(index)} blackhole;\n}}\n"
                )
            text.write(
                "protocol bgp {\n"
                f"    local {SPEAKER_IP} port {task.port + 1} as {SPEAKER_AS};\n"
                f"    neighbor {PEER_IP} port {task.port} as {PEER_AS};\n"
                "    multihop;\n    passive;\n"
                "    ipv4 { import all; export all; };\n}\n"
            )
        command = ["bird", "-f", "-c", path, "-s", task.directory / "ctl"]
        return Process(self.name, [*command, "-P", task.directory / "pid"], task.directory)


    @staticmethod
    def driver(task):
        return ["bird", task.directory / "ctl"]


class GoBgp:
    name = "GoBGP 3.10"
    dials = False

    def installed(self):
        return shutil.which("gobgpd") is not None

    def start(self, task):
        path = task.directory / "gobgpd.toml"
        path.write_text(f"""[global.config]
  as = {SPEAKER_AS}
  router-id = "{SPEAKER_IP}"
  port = {task.port + 1}
  local-address-list = ["{SPEAKER_IP}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{PEER_IP}"
    peer-as = {PEER_AS}
  [neighbors.transport.config]
    passive-mode = true
""")
        command = ["gobgpd", "-f", path, "--api-hosts", f"{SPEAKER_IP}:{task.port + 2}"]
        return Process(self.name, [*command, "--pprof-disable"], task.directory)

    @staticmethod
    def driver(task):
        return ["gobgp", task.port + 2]


class Frr:
    name = "FRR 8.4"
    dials = False
    BGPD = "/usr/lib/frr/bgpd"

    def installed(self):
        return Path(self.BGPD).exists()

    def start(self, task):
        path = task.directory / "bgpd.conf"
        with open(path, "w") as text:
            text.write(
                f"router bgp {SPEAKER_AS}\n bgp router-id {SPEAKER_IP}\n"
                " no bgp ebgp-requires-policy\n no bgp network import-check\n"
                f" neighbor {PEER_IP} remote-as {PEER_AS}\n neighbor {PEER_IP} passive\n"
                f" neighbor {PEER_IP} disable-connected-check\n address-family ipv4 unicast\n"
            )
            for index in range(task.routes):
                text.write(f"  network {prefix(index)}\n")
        words = ["--no_zebra", "--no_kernel", "--skip_runas", "--vty_port", "0"]
        words += ["--bgp_port", str(task.port + 1)]
        words += ["--vty_socket", task.directory, "--pid_file", task.directory / "pid"]
        return Process(self.name, [self.BGPD, *words, "--config_file", path], task.directory)


def ours(build):
    """OpenBell from $OPENBELL_BIN, else from the build directory: blocking, and spinning."""
    command = os.environ.get("OPENBELL_BIN", str(Path(build) / "openbell")).split()
    return (
        ExaBgpLike("OpenBell", command),
        ExaBgpLike("OpenBell, spinning", command, {"openbell_reactor_idle": "spin"}),
    )


def ours_with_timestamps(build):
    """OpenBell asking the kernel for the time of every single UPDATE."""
    command = os.environ.get("OPENBELL_BIN", str(Path(build) / "openbell")).split()
    leaves = "    kernel-timestamps true;\n"
    return ExaBgpLike("OpenBell, kernel timestamps", command, leaves=leaves)


def exabgp():
    return ExaBgpLike("ExaBGP 4.2", ["exabgp"])
