#!/usr/bin/env python3
"""Announce an anycast address while a TCP service accepts connections.

The speaker starts this program and takes every line of its standard output as a command. What the
speaker answers (`done`, `error`) arrives on standard input, which this program never reads: a
helper that does not listen delays nothing.

    anycast.py --service 127.0.0.1:7000 --route 10.1.1.100/32 --next-hop 10.0.0.1 --interval 0.1
"""

import argparse
import signal
import socket
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", required=True, metavar="ADDRESS:PORT")
    parser.add_argument("--route", required=True, metavar="PREFIX")
    parser.add_argument("--next-hop", required=True, metavar="ADDRESS")
    parser.add_argument("--interval", type=float, default=0.1, metavar="SECONDS")
    parser.add_argument("--timeout", type=float, default=0.05, metavar="SECONDS",
                        help="how long the service may take to accept")  # fmt: skip
    parser.add_argument("--trace", action="store_true",
                        help="write the time of each command to standard error")  # fmt: skip
    return parser.parse_args()


def accepts(service, timeout):
    try:
        socket.create_connection(service, timeout).close()
        return True
    except OSError:
        return False


class Announcer:
    """Says what changed, once."""

    def __init__(self, words, trace):
        self.words = words
        self.trace = trace
        self.announced = False

    def set(self, wanted):
        if wanted == self.announced:
            return
        self.announced = wanted
        verb = "announce" if wanted else "withdraw"
        if self.trace:
            print(f"{time.time_ns()} {verb}", file=sys.stderr, flush=True)
        # One command, one line, and out of Python's buffer at once.
        print(f"{verb} {self.words}", flush=True)


def main():
    arguments = parse_arguments()
    address, _, port = arguments.service.rpartition(":")
    service = (address.strip("[]"), int(port))
    announcer = Announcer(
        f"route {arguments.route} next-hop {arguments.next_hop}", arguments.trace
    )
    # The speaker ends its helpers with SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        due = time.monotonic()
        while True:
            announcer.set(accepts(service, arguments.timeout))
            # A steady beat: the time of the check itself does not add up.
            due = max(due + arguments.interval, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
    finally:
        # Routes outlive the helper that announced them: take this one along.
        announcer.set(False)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # The speaker is gone, and its sessions with it. Nothing is left to be said or flushed.
        sys.stdout = None
