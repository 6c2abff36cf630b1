#!/usr/bin/env python3
"""Announce multicast groups of market data, each feed with its community, and their source."""

import sys

# feed: (group, community)
FEEDS = {
    "level 1": ("239.1.1.1", "65000:100"),
    "level 2": ("239.1.1.2", "65000:101"),
    "options": ("239.1.1.3", "65000:102"),
}
SOURCES = "10.1.1.0/24"
NEXT_HOP = "10.1.1.1"


def main():
    for group, community in FEEDS.values():
        print(f"announce route {group}/32 next-hop {NEXT_HOP} community [{community}]")
    # Only neighbors with `ipv4 multicast` in their family section get this one.
    print(f"announce ipv4 multicast {SOURCES} next-hop {NEXT_HOP}", flush=True)
    for _ in sys.stdin:
        pass


if __name__ == "__main__":
    main()
