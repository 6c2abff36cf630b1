#!/usr/bin/env python3
"""The anycast helper that people write today: connect to the service every 100 ms, announce or withdraw.

    anycast.py PORT PREFIX NEXT_HOP
"""

import socket
import sys
import time

PERIOD_S, TIMEOUT_S = 0.1, 0.001


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(TIMEOUT_S)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    port, prefix, next_hop = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    announced = False
    while True:
        if answers(port) != announced:
            announced = not announced
            verb = "announce" if announced else "withdraw"
            print(f"{verb} route {prefix} next-hop {next_hop}", flush=True)
        time.sleep(PERIOD_S)


if __name__ == "__main__":
    main()
