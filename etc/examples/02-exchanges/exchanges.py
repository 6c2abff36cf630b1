#!/usr/bin/env python3
"""Announce the routes to the exchanges: each with its community and a high local preference."""

import sys

# exchange: (prefix, next hop, community)
EXCHANGES = {
    "NYSE": ("198.51.100.0/24", "10.1.0.1", "65000:1"),
    "NASDAQ": ("203.0.113.0/24", "10.1.0.2", "65000:2"),
    "CME": ("192.0.2.0/24", "10.1.0.3", "65000:3"),
}
LOCAL_PREFERENCE = 200


def main():
    for exchange, (prefix, next_hop, community) in EXCHANGES.items():
        # A line that begins with # is a comment: answered like a command, and kept out of the way.
        print(f"# {exchange}")
        print(
            f"announce route {prefix} next-hop {next_hop} "
            f"community [{community}] local-preference {LOCAL_PREFERENCE}",
            flush=True,
        )
    # A helper that ends is started again. This one has nothing more to say, so it waits: what it
    # reads are the answers, and the end of its input means that the speaker is gone.
    for _ in sys.stdin:
        pass


if __name__ == "__main__":
    main()
