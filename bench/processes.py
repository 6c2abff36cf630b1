"""Start, drive and end the processes of one measurement; nothing here knows what is measured."""

import array
import os
import select
import signal
import subprocess
import time
from pathlib import Path


class Failed(Exception):
    """A measurement that did not come to its end, and why."""


class Process:
    """A child in a process group of its own, its output in a file; use it in a `with` statement."""

    def __init__(self, name, command, directory, env=None, stdin=subprocess.DEVNULL, stdout=None):
        self.name = name
        self.log_path = Path(directory) / f"{name}.log"
        with open(self.log_path, "ab") as log:
            self.started_ns = time.monotonic_ns()
            self._popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                stdin=stdin,
                stdout=stdout or log,
                stderr=log,
                env={**os.environ, **(env or {})},
                cwd=directory,
                start_new_session=True,
            )
        self.pid = self._popen.pid
        self.stdin = self._popen.stdin
        self.stdout = self._popen.stdout

    def require_running(self):
        if self._popen.poll() is not None:
            tail = self.log_path.read_text(errors="replace")[-2000:]
            raise Failed(f"{self.name} ended with code {self._popen.returncode}: {tail}")

    def cpu_s(self):
        """Processor time used so far by all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_rss_mb(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1000
        raise Failed(f"{self.name} has no VmHWM")

    def stop(self):
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(3)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        for stream in (self.stdin, self.stdout):
            if stream:
                stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Meter(Process):
    """bench_sink or bench_source: says words, obeys bytes, leaves time stamps in a file."""

    def __init__(self, command, directory, name="meter"):
        self._out = Path(directory) / f"{name}.out"
        super().__init__(
            name,
            [word if word != "OUT" else self._out for word in command],
            directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        os.set_blocking(self.stdout.fileno(), False)
        self._words = []

    def wait_word(self, word, patience_s, others=()):
        """Wait until the meter has said the word; `others` are processes that must live on."""
        self._wait(lambda: word in self._words, word, patience_s, others)

    def wait_state(self, word, words, patience_s, others=()):
        """Wait until the last of `words` that the meter has said is `word`."""

        def is_state():
            return next((said for said in reversed(self._words) if said in words), None) == word

        self._wait(is_state, word, patience_s, others)

    def _wait(self, done, what, patience_s, others):
        deadline = time.monotonic() + patience_s
        while not done():
            self.require_running()
            for other in others:
                other.require_running()
            if time.monotonic() > deadline:
                raise Failed(f"not {what} after {patience_s} s")
            select.select([self.stdout], [], [], 0.1)
            said = self.stdout.read()
            self._words += said.decode().split() if said else []

    def go(self):
        self.stdin.write(b"\n")
        self.stdin.flush()

    def stamps(self, patience_s=30):
        return read_stamps(self._out, patience_s)


def read_stamps(path, patience_s):
    """The time stamps in a file that appears only when it is whole."""
    deadline = time.monotonic() + patience_s
    while not path.exists():
        if time.monotonic() > deadline:
            raise Failed(f"no {path.name} after {patience_s} s")
        time.sleep(0.002)
    stamps = array.array("Q")
    stamps.frombytes(path.read_bytes())
    return stamps


class Feeder:
    """The bench_feeder that a speaker starts as its helper: its command, start and stamps."""

    def __init__(self, programs, directory, mode, count, spacing_us=0):
        self._prepare(directory, programs / "bench_feeder", [mode, count, spacing_us])

    def _prepare(self, directory, program, words):
        self._go = Path(directory) / "go"
        self._out = Path(directory) / "feeder.out"
        os.mkfifo(self._go)
        self.command = [str(word) for word in (program, self._go, self._out, *words)]

    def go(self, patience_s=30):
        deadline = time.monotonic() + patience_s
        while True:
            try:
                fd = os.open(self._go, os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError:  # nobody has it open for reading yet
                if time.monotonic() > deadline:
                    raise Failed("the helper process was never started") from None
                time.sleep(0.01)
        os.write(fd, b"\n")
        os.close(fd)

    def stamps(self, patience_s):
        return read_stamps(self._out, patience_s)


class Driver(Feeder):
    """The bench_driver, for a speaker without helpers; whoever measures starts its command."""

    def __init__(self, programs, directory, count, spacing_us, target):
        self._prepare(directory, programs / "bench_driver", [count, spacing_us, *target])
