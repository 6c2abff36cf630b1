"""Helper process of the speaker under test: everything it is told goes to the test, and back.

    relay.py SOCKET

SOCKET is a UNIX stream socket on which the test listens. What the test writes becomes this
process's standard output (commands for the speaker); what the speaker writes to its standard input
(events and answers) goes to the test. Ends when either side closes.
"""

import os
import selectors
import socket
import sys


def main():
    test = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    test.connect(sys.argv[1])
    os.set_blocking(sys.stdin.fileno(), True)
    os.set_blocking(sys.stdout.fileno(), True)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ, test.sendall)
    selector.register(test, selectors.EVENT_READ, lambda data: write_all(sys.stdout.fileno(), data))
    while True:
        for key, _ in selector.select():
            data = os.read(key.fd, 65536)
            if not data:
                return
            key.data(data)


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data) :]


if __name__ == "__main__":
    main()
