#!/usr/bin/env python3
"""Announce the market data servers of each region with its community and MED.

Answers are read here, one for each command: `done` when the command was understood and taken over,
`error` when not. This says nothing of the peers: a route is remembered while a session is down.
"""

import sys

# region: (prefix, next hop, community, med)
REGIONS = {
    "us-east": ("10.100.1.0/24", "10.1.0.1", "65000:1", 10),
    "eu-london": ("10.100.2.0/24", "10.2.0.1", "65000:2", 10),
    "apac-tokyo": ("10.100.3.0/24", "10.3.0.1", "65000:3", 10),
}


def command(line):
    """Whether the speaker took the command."""
    print(line, flush=True)
    answer = sys.stdin.readline().strip()
    return answer == "done"


def main():
    for region, (prefix, next_hop, community, med) in REGIONS.items():
        taken = command(
            f"announce route {prefix} next-hop {next_hop} community [{community}] med {med}"
        )
        if not taken:
            # Standard error is the speaker's: the line stands beside the speaker's own log.
            print(f"{region}: refused, see the log of the speaker", file=sys.stderr)
    for _ in sys.stdin:
        pass


if __name__ == "__main__":
    main()
