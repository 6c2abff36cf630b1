"""Helpers that nobody would want: misbehave.py KIND PREFIX

Each announces PREFIX as its last good deed; what comes before or after it is its misbehaviour.
"""

import os
import select
import signal
import sys
import time

PREFIX = sys.argv[2]
COMMAND = f"announce route {PREFIX} next-hop 10.0.0.1\n".encode()


def write(data):
    while data:
        data = data[os.write(1, data) :]


def stay():
    """Reads nothing, and ends when the speaker does: the other end of its stdin is closed then."""
    hang_up = select.poll()
    hang_up.register(0, 0)
    while not any(events & select.POLLHUP for _, events in hang_up.poll()):
        time.sleep(0.01)


def dies():
    write(COMMAND)
    sys.exit(1)


def is_killed():
    write(COMMAND)
    os.kill(os.getpid(), signal.SIGKILL)


def garbage():
    """Bytes of every value but newline, then lines of NULs and of broken and whole UTF-8."""
    noise = bytes(value for value in range(256) if value != 10) * 16
    write(noise + b"\n\0\0\0\n" + b"\xff\xfe announce\n" + "für € ☃\n".encode())
    write(b"announce route 10.0.0.0/99 next-hop \0\n{ [ ( ; } \" ' \\\n" + COMMAND)
    stay()


def half_line():
    write(COMMAND + b"announce route 10.99.99.0/24 next-hop 10.0.")
    stay()


def long_line():
    write(b"announce route " + b"1" * (1 << 20) + b"1" * 4096 + b"\n" + COMMAND)
    stay()


def slow_line():
    """A byte at a time."""
    for byte in COMMAND:
        write(bytes([byte]))
        time.sleep(0.005)
    stay()


def closes_output():
    write(COMMAND)
    os.close(1)
    stay()


def closes_input():
    os.close(0)
    time.sleep(0.1)  # the answers to other commands and the events find no reader
    write(COMMAND)
    stay()


def forks():
    """Leaves a child behind that holds both pipes."""
    write(COMMAND)
    if os.fork() == 0:
        stay()
    sys.exit(0)


def flood():
    """Announces and withdraws the same route as fast as it can, reading nothing."""
    write(COMMAND)
    turn = COMMAND.replace(b"announce", b"withdraw") + COMMAND
    while True:
        write(turn * 512)


def asks_for_everything():
    """Long answers that it never reads."""
    write(COMMAND)
    while True:
        write(b"show neighbor extensive\nshow adj-rib out extensive\nhelp\n" * 16)


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]]()
    except BrokenPipeError:
        os._exit(0)
