"""A service for helpers to watch: service.py tcp|udp PORT. TCP accepts, UDP sends back."""

import socket
import sys


def main():
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "tcp":
        with socket.create_server(("127.0.0.1", port)) as server:
            print("ready", flush=True)
            while True:
                server.accept()[0].close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", port))
        print("ready", flush=True)
        while True:
            server.sendto(*server.recvfrom(64))


if __name__ == "__main__":
    main()
