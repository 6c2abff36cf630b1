#!/usr/bin/env python3
"""Announce a site's service as primary or standby, to several sites at once.

The role is the word in a file. When it changes, the routes are announced again with the other
preference; the new announcement replaces the old one, so there is no moment without a route.
"""

import argparse
import signal
import sys
import time

SERVICE = "10.1.1.100/32"
NEXT_HOP = "10.1.1.1"
LONDON = "10.2.0.1"
# role: (LOCAL_PREF inside our AS: higher wins, MED towards London: lower wins)
ROLES = {"primary": (200, 10), "standby": (50, 200)}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--role", required=True, metavar="FILE")
    parser.add_argument("--london", default=LONDON, metavar="ADDRESS",
                        help="the neighbor that gets the routes of the VPN")  # fmt: skip
    parser.add_argument("--interval", type=float, default=0.2, metavar="SECONDS")
    return parser.parse_args()


def announce_constant_routes(london):
    # No selector: offered to all neighbors of this helper. Only those with `ipv4 flow` take it.
    print("announce flow route { match { source 192.0.2.100/32; } then { discard; } }")
    # A selector names the neighbors that a command is for.
    print(
        f"neighbor {london} announce route 10.1.0.0/16 next-hop {NEXT_HOP} "
        "label 1000 rd 10.1.1.1:1 extended-community [ target:65001:1 ]",
        flush=True,
    )


def announce_service(role):
    local_preference, med = ROLES[role]
    print(
        f"announce route {SERVICE} next-hop {NEXT_HOP} "
        f"local-preference {local_preference} med {med}",
        flush=True,
    )


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    announce_constant_routes(arguments.london)
    announced = None
    while True:
        with open(arguments.role) as file:
            role = file.read().strip()
        if role in ROLES and role != announced:
            announce_service(role)
            announced = role
        time.sleep(arguments.interval)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.stdout = None
