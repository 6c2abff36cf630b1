"""FRRouting's bfdd, with the zebra that it needs, and no BGP."""

import json
import shutil
import tempfile
from pathlib import Path

from lab import wait_until

ZEBRA, BFDD = "/usr/lib/frr/zebra", "/usr/lib/frr/bfdd"


class Bfdd:
    """bfdd in the peer's namespace. `sessions` is the inside of its `bfd` section."""

    def __init__(self, lab, sessions):
        self.lab = lab
        # Both go on as user frr, which cannot enter the folder of the tests.
        folder = tempfile.TemporaryDirectory(prefix="bfdd-")
        lab.on_close(folder.cleanup)
        self.directory = Path(folder.name)
        shutil.chown(self.directory, "frr", "frr")
        configuration = self.directory / "bfdd.conf"
        configuration.write_text(f"bfd\n{sessions}!\n")
        shutil.chown(configuration, "frr", "frr")
        self._start("zebra", ZEBRA, "/dev/null")
        wait_until((self.directory / "zserv").exists, "zebra serves")
        self.process = self._start(
            "bfdd", BFDD, configuration, "--bfdctl", self.directory / "bfdd.sock"
        )
        wait_until(self._answers, lambda: f"bfdd answers; {self.process.log()[-2000:]}")

    def _start(self, name, program, configuration, *words):
        process = self.lab.peer.start(
            name,
            [
                program, "--vty_port", "0", "--config_file", configuration,
                "--pid_file", self.directory / f"{name}.pid", "--vty_socket", self.directory,
                "-z", self.directory / "zserv", "--log", "stdout", *words,
            ],
            self.directory / f"{name}.log",
            cwd=self.directory,
        )  # fmt: skip
        self.lab.on_close(process.stop)
        return process

    def client(self, *commands, check=True):
        words = [word for command in commands for word in ("-c", command)]
        return self.lab.peer.run(
            "vtysh", "--vty_socket", self.directory, "-d", "bfdd", *words, check=check
        )

    def _answers(self):
        self.process.require_running()
        return self.client("show bfd peers json", check=False).lstrip().startswith("[")

    def session(self, address):
        """What bfdd says of its session with that address."""
        shown = json.loads(self.client("show bfd peers json"))
        return next(session for session in shown if session["peer"] == address)
