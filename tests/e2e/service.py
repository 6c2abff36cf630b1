"""What the speaker's checks watch: service.py KIND WORD...

    tcp PORT                      accepts and closes
    udp PORT                      sends back
    hold PORT                     accepts and keeps the connections; SIGUSR1 closes them
    http PORT PAGES [CERTIFICATE] answers with the number in PAGES/status and the text in PAGES/body
    heartbeat PATH                bumps the record at PATH every 2 ms; SIGUSR1 drains it
    touch PATH                    touches the file every 20 ms
    feed GROUP PORT ADDRESS       numbered datagrams from ADDRESS, every 2 ms; SIGUSR1 skips 5

All print `ready` once they can be watched.
"""

import http.server
import os
import signal
import socket
import ssl
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "etc" / "heartbeat"))


def ready():
    print("ready", flush=True)


def listener(port):
    """On every address of both families."""
    return socket.create_server(("", int(port)), family=socket.AF_INET6, dualstack_ipv6=True)


def tcp(port):
    with listener(port) as server:
        ready()
        while True:
            server.accept()[0].close()


def udp(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", int(port)))
        ready()
        while True:
            server.sendto(*server.recvfrom(64))


def hold(port):
    kept = []
    signal.signal(signal.SIGUSR1, lambda *_: [kept.pop().close() for _ in list(kept)])
    with listener(port) as server:
        ready()
        while True:
            kept.append(server.accept()[0])


def web(port, pages, certificate=None):
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = Path(pages, "body").read_bytes()
            self.send_response(int(Path(pages, "status").read_text()))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", int(port)), Pages) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake is for the thread that answers: a slow one keeps nobody waiting.
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        ready()
        server.serve_forever()


def heartbeat(path):
    from openbell_heartbeat import Heartbeat

    heart = Heartbeat(path)
    signal.signal(signal.SIGUSR1, lambda *_: heart.drain())
    heart.bump()
    ready()
    while True:
        time.sleep(0.002)
        heart.bump()


def touch(path):
    Path(path).touch()
    ready()
    while True:
        time.sleep(0.02)
        os.utime(path)


def feed(group, port, address):
    number = 0

    def skip(*_):
        nonlocal number
        number += 5

    signal.signal(signal.SIGUSR1, skip)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((address, 0))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        ready()
        while True:
            sender.sendto(struct.pack(">Q", number), (group, int(port)))
            number += 1
            time.sleep(0.002)


KINDS = {
    "tcp": tcp,
    "udp": udp,
    "hold": hold,
    "http": web,
    "heartbeat": heartbeat,
    "touch": touch,
    "feed": feed,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](*sys.argv[2:])
