#!/usr/bin/env python3
"""Keep FlowSpec filters equal to a list in a file.

    192.0.2.100/32          discard
    203.0.113.50/32         rate-limit 1000        bytes per second, or with a unit: 8kbps

What is added to the list is announced, what vanishes is withdrawn, what changes is announced anew.
"""

import argparse
import os
import signal
import sys
import time


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", required=True, metavar="FILE")
    parser.add_argument("--interval", type=float, default=0.2, metavar="SECONDS")
    return parser.parse_args()


def read_list(path):
    """{source prefix: action} of the file; lines that say nothing are passed over."""
    filters = {}
    with open(path) as lines:
        for line in lines:
            source, _, action = line.partition("#")[0].strip().partition(" ")
            if source and action.strip():
                filters[source] = action.strip()
    return filters


def flow(source, action):
    # The whole rule on one line; a withdrawal is recognised by its match alone.
    return f"flow route {{ match {{ source {source}; }} then {{ {action}; }} }}"


def change(old, new):
    """Say what leads from the old filters to the new ones."""
    for source, action in old.items():
        if source not in new:
            print(f"withdraw {flow(source, action)}")
    for source, action in new.items():
        if old.get(source) != action:
            print(f"announce {flow(source, action)}")
    sys.stdout.flush()


def version(path):
    """Changes with the content: editors write a new file and put it in the old one's place."""
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size, status.st_ino


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    filters, seen = {}, None
    while True:
        try:
            now = version(arguments.list)
            if now != seen:
                wanted = read_list(arguments.list)
                change(filters, wanted)
                filters, seen = wanted, now
        except FileNotFoundError:
            pass  # between two versions: the filters stay as they are
        time.sleep(arguments.interval)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.stdout = None
