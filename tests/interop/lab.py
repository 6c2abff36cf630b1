"""Two network namespaces joined by a cable, and the processes that run in them.

Nothing here is global to the machine: a namespace lives exactly as long as the process that holds
it, so it, its addresses and its cable go away even if the tests are killed.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

SPEAKER_IP, SPEAKER_IP6 = "10.255.0.1", "2001:db8:ff::1"
PEER_IP, PEER_IP6 = "10.255.0.2", "2001:db8:ff::2"

# Longer than any daemon here needs on a loaded machine; nobody waits for it unless a test fails.
PATIENCE_S = 30.0
POLL_S = 0.02


def wait_until(condition, what, patience_s=PATIENCE_S, poll_s=POLL_S):
    """Return the first true value of condition(); raise AssertionError naming `what` if none comes.

    `what` is a string, or a function called at the end for the freshest explanation.
    """
    deadline = time.monotonic() + patience_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(
                f"after {patience_s:.0f} s still not: {what() if callable(what) else what}"
            )
        time.sleep(poll_s)


class Process:
    """A child in a process group of its own, its output in a file, dead at the latest with us."""

    def __init__(self, name, command, log_path, env=None, cwd=None):
        self.name = name
        self.log_path = Path(log_path)
        with open(self.log_path, "ab") as log:
            self._popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self._popen.pid

    @property
    def exit_code(self):
        """None while it runs."""
        return self._popen.poll()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def require_running(self):
        assert self.exit_code is None, (
            f"{self.name} ended with code {self.exit_code}:\n{self.log()[-4000:]}"
        )

    def cpu_ticks(self):
        """Processor time used so far by all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, patience_s=PATIENCE_S):
        return self._popen.wait(patience_s)

    def stop(self, patience_s=3.0):
        """Ask, then kill, then clear what is left of its process group."""
        if self.exit_code is None:
            self._popen.send_signal(signal.SIGTERM)
            try:
                self._popen.wait(patience_s)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Namespace:
    """A network namespace with nothing but a loopback interface."""

    def __init__(self, directory, name):
        self.name = name
        self._holder = Process(
            f"namespace {name}",
            ["unshare", "--net", "sleep", "infinity"],
            directory / f"{name}.log",
        )
        ours = os.readlink("/proc/self/ns/net")
        self.path = f"/proc/{self._holder.pid}/ns/net"
        try:
            wait_until(lambda: self._entered(ours), f"namespace {name} exists")
            self.run("ip", "link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    def _entered(self, ours):
        self._holder.require_running()
        command = Path(f"/proc/{self._holder.pid}/comm").read_text().strip()
        return command == "sleep" and os.readlink(self.path) != ours

    @property
    def pid(self):
        return self._holder.pid

    def wrap(self, command):
        return ["nsenter", f"--net={self.path}", "--", *map(str, command)]

    def run(self, *command, check=True):
        """Run a short command inside and return its standard output."""
        done = subprocess.run(
            self.wrap(command), capture_output=True, text=True, timeout=PATIENCE_S
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{' '.join(map(str, command))} failed with code {done.returncode}:\n"
                f"{done.stdout}{done.stderr}"
            )
        return done.stdout

    def start(self, name, command, log_path, env=None, cwd=None):
        return Process(name, self.wrap(command), log_path, env, cwd)

    def close(self):
        self._holder.stop()


class Lab:
    """The speaker's namespace and the peer's, one cable between them.

    The speaker is 10.255.0.1 and 2001:db8:ff::1, the peer the same ending in 2. Whoever starts
    something in a lab registers its stop() with on_close(); close() runs them last first.
    """

    def __init__(self, directory):
        self.directory = Path(directory)
        self._closers = []
        try:
            self.speaker = self._namespace("speaker")
            self.peer = self._namespace("peer")
            self.speaker.run(
                "ip", "link", "add", "cable", "type", "veth",
                "peer", "name", "cable", "netns", str(self.peer.pid),
            )  # fmt: skip
            self._address(self.speaker, SPEAKER_IP, SPEAKER_IP6)
            self._address(self.peer, PEER_IP, PEER_IP6)
        except BaseException:
            self.close()
            raise

    def _namespace(self, name):
        namespace = Namespace(self.directory, name)
        self.on_close(namespace.close)
        return namespace

    @staticmethod
    def _address(namespace, ip, ip6):
        namespace.run("ip", "addr", "add", f"{ip}/24", "dev", "cable")
        namespace.run("ip", "addr", "add", f"{ip6}/64", "dev", "cable", "nodad")
        namespace.run("ip", "link", "set", "cable", "up")

    def on_close(self, function):
        self._closers.append(function)

    def close(self):
        while self._closers:
            self._closers.pop()()
