#!/usr/bin/env python3
"""Keep what the peers send: each event of the speaker, one JSON line, in the order it came.

    recorder.py --log /var/log/openbell/received.jsonl
"""

import argparse
import json
import os
import sys
from datetime import datetime, timezone


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--log", required=True, metavar="FILE")
    parser.add_argument("--route", default="10.1.1.100/32", metavar="PREFIX")
    parser.add_argument("--next-hop", default="10.0.0.1", metavar="ADDRESS")
    return parser.parse_args()


class Log:
    """Appends whole lines: a reader never sees half of one, and a second writer breaks none."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)

    def write(self, record):
        time = datetime.now(timezone.utc).isoformat(timespec="microseconds")
        line = json.dumps({"time": time, **record}) + "\n"
        os.write(self.file, line.encode())


def main():
    arguments = parse_arguments()
    log = Log(arguments.log)
    command = f"announce route {arguments.route} next-hop {arguments.next_hop}"
    print(command, flush=True)
    log.write({"command": command})
    for line in sys.stdin:
        line = line.strip()
        if line.startswith("{"):
            log.write({"event": json.loads(line)})
        elif line:
            # Not an event: the answer to our command.
            log.write({"answer": line})


if __name__ == "__main__":
    main()
