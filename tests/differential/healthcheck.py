"""A running health check: its check's result in the test's hands, its commands answered."""

import subprocess
import threading
import time
from dataclasses import dataclass, field

PATIENCE_S = 30.0

# Addresses on a loopback of its own, then the health check.
NAMESPACE = (
    "set -e; ip link set lo up; "
    "ip address add 10.9.0.1/32 dev lo label lo:web1; "
    "ip address add 10.9.0.2/32 dev lo label lo:web2; "
    "ip address add 10.9.1.0/24 dev lo label lo:db; "
    "ip address add 10.9.2.9/24 dev lo; "
    "ip address add 2001:db8::1/128 dev lo; "
    'exec "$@"'
)


def in_namespace(command):
    """The command with a network of its own; needs no root."""
    return ["unshare", "--map-root-user", "--net", "sh", "-c", NAMESPACE, "sh", *command]


@dataclass
class Record:
    """What one health check did."""

    blocks: list = field(default_factory=list)  # announcements of all addresses, repetitions once
    states: list = field(default_factory=list)  # what hooks were told
    exit_code: int = None


class Healthcheck:
    """size: the number of addresses that it announces. A context manager."""

    def __init__(self, command, directory, size, options, answers=True):
        directory.mkdir(parents=True)
        self._log_path = directory / "log"
        self._success = directory / "success"
        self.disable_file = directory / "disabled"
        self._states = directory / "states"
        self._states.touch()
        self._size = size
        self._answers = answers
        self.lines = []
        fixed = [
            "--interval", "0.1", "--fast-interval", "0.02", "--no-syslog",
            "--command", f"test -e {self._success}", "--disable", str(self.disable_file),
            "--execute", f"echo $STATE >> {self._states}",
        ]  # fmt: skip
        with open(self._log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*command, *fixed, *options],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if self._answers:
                try:
                    self.process.stdin.write("done\n")
                    self.process.stdin.flush()
                except BrokenPipeError:
                    pass

    def set(self, success=None, disabled=None):
        for path, wanted in ((self._success, success), (self.disable_file, disabled)):
            if wanted:
                path.touch()
            elif wanted is not None:
                path.unlink(missing_ok=True)

    def states(self):
        return self._states.read_text().split()

    def wait_announced(self, state):
        """Until it is in the state and has announced it, twice."""
        self._wait(lambda: self.states()[-1:] == [state], f"state {state}")
        # A block that began before the hook ran, and two of the state.
        count = len(self.lines) + 3 * self._size
        self._wait(lambda: len(self.lines) >= count, f"announcements of {state}")

    def _wait(self, condition, what):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            alive = self.process.poll() is None
            if not alive or time.monotonic() > deadline:
                raise AssertionError(
                    f"not {what}: {self.lines[-6:]} {self.states()} exit code "
                    f"{self.process.poll()}\n{self._log_path.read_text()[-2000:]}"
                )
            time.sleep(0.01)

    def finish(self, ask=True):
        """End it, or wait for its end; return the Record."""
        if ask:
            self._wait_between_rounds()
            self.process.terminate()
        exit_code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return Record(self._blocks(), self.states(), exit_code)

    def _wait_between_rounds(self):
        """Every address is announced and answered: a signal that finds ExaBGP's reading an answer
        ends it with an error, because it reads another one in its handler."""
        patience, before = time.monotonic() + PATIENCE_S, -1
        while len(self.lines) != before or before % self._size:
            assert time.monotonic() < patience, "it announces without a pause"
            before = len(self.lines)
            time.sleep(0.01)

    def _blocks(self):
        size = self._size
        blocks = [self.lines[at : at + size] for at in range(0, len(self.lines), size)]
        return [block for at, block in enumerate(blocks) if at == 0 or block != blocks[at - 1]]
