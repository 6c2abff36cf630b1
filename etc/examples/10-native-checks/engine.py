#!/usr/bin/env python3
"""A stand-in for a trading engine: engine.py PORT HEARTBEAT-FILE

Holds every connection that is made to it and bumps its heartbeat each millisecond.
"""

import selectors
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "heartbeat"))
from openbell_heartbeat import Heartbeat  # noqa: E402


def main():
    port, path = int(sys.argv[1]), sys.argv[2]
    held = []
    with socket.create_server(("127.0.0.1", port)) as server, Heartbeat(path) as heartbeat:
        server.setblocking(False)
        waiting = selectors.DefaultSelector()
        waiting.register(server, selectors.EVENT_READ)
        while True:
            for _ in waiting.select(timeout=0.001):
                held.append(server.accept()[0])
            heartbeat.bump()


if __name__ == "__main__":
    main()
