#!/usr/bin/env python3
"""Withdraw a route within a few beats of a UDP heartbeat that stops.

Each beat sends a numbered datagram and expects it back before the next beat. A late answer carries
an old number and does not count, so a service that is alive but slow is seen as slow.
"""

import argparse
import select
import signal
import socket
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", required=True, metavar="ADDRESS:PORT")
    parser.add_argument("--route", required=True, metavar="PREFIX")
    parser.add_argument("--next-hop", required=True, metavar="ADDRESS")
    parser.add_argument("--interval", type=float, default=0.01, metavar="SECONDS")
    parser.add_argument("--failures", type=int, default=3, metavar="N",
                        help="beats missed in a row before the route goes")  # fmt: skip
    return parser.parse_args()


class Heartbeat:
    """One connected socket, kept: no set-up cost per beat, and a closed port answers at once."""

    def __init__(self, service):
        self.number = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(service)
        self.socket.setblocking(False)

    def beat(self, deadline):
        """Whether this beat's datagram came back before the deadline (monotonic seconds)."""
        self.number += 1
        question = b"HEALTH %d" % self.number
        try:
            self.socket.send(question)
            while (left := deadline - time.monotonic()) > 0:
                if not select.select([self.socket], [], [], left)[0]:
                    return False
                if self.socket.recv(64) == question:
                    return True
        except OSError:  # nobody listens on the port
            pass
        return False


def main():
    arguments = parse_arguments()
    address, _, port = arguments.service.rpartition(":")
    heartbeat = Heartbeat((address, int(port)))
    words = f"route {arguments.route} next-hop {arguments.next_hop}"
    announced = False
    missed = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        due = time.monotonic()
        while True:
            due = max(due + arguments.interval, time.monotonic())
            missed = 0 if heartbeat.beat(due) else missed + 1
            if missed == 0 and not announced:
                print(f"announce {words}", flush=True)
                announced = True
            elif missed >= arguments.failures and announced:
                print(f"withdraw {words}", flush=True)
                announced = False
            time.sleep(max(0.0, due - time.monotonic()))
    finally:
        if announced:
            print(f"withdraw {words}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.stdout = None
