#!/usr/bin/env python3
"""Announce the networks of each segment into its VRF."""

import sys

# VRF: (prefix, route distinguisher, route target)
SEGMENTS = {
    "TRADING": ("10.1.0.0/16", "10.0.0.1:1", "65000:1"),
    "MKTDATA": ("10.2.0.0/16", "10.0.0.1:2", "65000:2"),
    "CORP": ("10.3.0.0/16", "10.0.0.1:3", "65000:3"),
    "DMZ": ("10.4.0.0/16", "10.0.0.1:4", "65000:4"),
}
NEXT_HOP = "10.0.0.1"


def main():
    for prefix, distinguisher, target in SEGMENTS.values():
        # Without a `label` word the route carries label 0, "IPv4 explicit null": no label switching
        # is needed on the last hop. With `label 1000` it carries that one.
        print(
            f"announce route {prefix} next-hop {NEXT_HOP} "
            f"route-distinguisher {distinguisher} route-target {target}",
            flush=True,
        )
    for _ in sys.stdin:
        pass


if __name__ == "__main__":
    main()
