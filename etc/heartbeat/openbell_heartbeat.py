"""The writing side of OpenBell's `check heartbeat`, for Python 3.7 and later.

    from openbell_heartbeat import Heartbeat

    with Heartbeat("/dev/shm/pricer.heartbeat") as heart:
        while work():
            heart.bump()

README.md draws the record.
"""

import mmap
import os
import struct
import time

MAGIC = b"OBHBEAT1"
VERSION = 1
RUNNING = 0
DRAINING = 1
SIZE = 64

_COUNTER = 2  # in words of 8 bytes
_BUMP_NS = 3
_STATE_OFFSET = 32


class Heartbeat:
    """Opens or creates the record at `path`, or raises OSError. One thread at a time may bump."""

    def __init__(self, path):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            os.posix_fallocate(file, 0, SIZE)
            self._map = mmap.mmap(file, SIZE)
        finally:
            os.close(file)
        if self._map[:8] != MAGIC:
            self._map[:] = bytes(SIZE)
        struct.pack_into("=II", self._map, 8, VERSION, os.getpid())
        struct.pack_into("=I", self._map, _STATE_OFFSET, RUNNING)
        self._map[:8] = MAGIC
        self._words = memoryview(self._map).cast("Q")

    def bump(self):
        """I am alive."""
        self._words[_BUMP_NS] = time.monotonic_ns()
        self._words[_COUNTER] = (self._words[_COUNTER] + 1) & 0xFFFFFFFFFFFFFFFF

    def drain(self):
        """Send me nothing more: the check fails with the reason "draining"."""
        struct.pack_into("=I", self._map, _STATE_OFFSET, DRAINING)

    def close(self):
        """Stops writing. The file stays, and its record turns stale."""
        if self._words is not None:
            self._words.release()
            self._map.close()
            self._words = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
