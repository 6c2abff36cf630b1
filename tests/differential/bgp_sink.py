"""A BGP peer that agrees with everything and remembers what it was sent.

It answers an OPEN with the same OPEN, but for a router id that is one higher, the peer's AS number
and what the test asks it to leave out, so that whatever a speaker offers is negotiated.
"""

import socket
import struct
import threading
from dataclasses import dataclass

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = 1, 2, 3, 4, 5
AS_TRANS = 23456

MULTIPROTOCOL, FOUR_OCTET_AS, ADD_PATH = 1, 65, 69

TCP_MD5SIG = 14  # linux/tcp.h


def message(kind, body=b""):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


def end_of_rib(afi, safi):
    """The bytes of an UPDATE's body that says End-of-RIB, as ExaBGP spells it."""
    if (afi, safi) == (1, 1):
        return bytes(4)
    return b"\0\0\0\x07\x90\x0f\0\x03" + struct.pack(">HB", afi, safi)


def capabilities_of(open_body):
    """[(code, value)] of an OPEN's body, in order."""
    length, at = open_body[9], 10
    extended = length == 255 and open_body[10] == 255  # RFC 9072
    if extended:
        at = 13
    found = []
    while at < len(open_body):
        size = struct.unpack_from(">H", open_body, at + 1)[0] if extended else open_body[at + 1]
        at += 3 if extended else 2
        parameter, at = open_body[at : at + size], at + size
        while parameter:
            found.append((parameter[0], parameter[2 : 2 + parameter[1]]))
            parameter = parameter[2 + parameter[1] :]
    return found


def families_of(open_body):
    """[(afi, safi)] that an OPEN offers."""
    return [
        (struct.unpack(">H", value[:2])[0], value[3])
        for code, value in capabilities_of(open_body)
        if code == MULTIPROTOCOL
    ]


@dataclass(frozen=True)
class Character:
    """How the sink differs from a mirror."""

    asn: int = 0  # 0: the speaker's own
    without: tuple = ()  # codes of capabilities that it does not have


def _mirrored(code, value, asn):
    if code == FOUR_OCTET_AS:
        return struct.pack(">I", asn)
    if code == ADD_PATH:  # what one sends the other receives
        return b"".join(
            value[at : at + 3] + bytes([{1: 2, 2: 1}.get(value[at + 3], value[at + 3])])
            for at in range(0, len(value), 4)
        )
    return value


def answer_to(open_body, character):
    """The body of the sink's OPEN."""
    capabilities = capabilities_of(open_body)
    own = dict(capabilities).get(FOUR_OCTET_AS)
    theirs = struct.unpack(">I", own)[0] if own else struct.unpack_from(">H", open_body, 1)[0]
    asn = character.asn or theirs
    parameters = b"".join(
        bytes([2, 2 + len(value), code, len(value)]) + _mirrored(code, value, asn)
        for code, value in capabilities
        if code not in character.without
    )
    router_id = struct.unpack_from(">I", open_body, 5)[0] + 1
    head = struct.pack(">BH2sI", 4, min(asn, 65535) if asn < 65536 else AS_TRANS,
                       open_body[3:5], router_id)  # fmt: skip
    if len(parameters) < 255:
        return head + bytes([len(parameters)]) + parameters
    long = b"".join(
        bytes([2]) + struct.pack(">H", 2 + len(value)) + bytes([code, len(value)])
        + _mirrored(code, value, asn)
        for code, value in capabilities
        if code not in character.without
    )  # fmt: skip
    return head + b"\xff\xff" + struct.pack(">H", len(long)) + long


class Session:
    """One connection: what came, as (kind, body), KEEPALIVEs left out."""

    def __init__(self, connection, changed):
        self.connection = connection
        self.changed = changed
        self.open = b""
        self.messages = []
        self.closed = False

    def send(self, kind, body=b""):
        self.connection.sendall(message(kind, body))

    def run(self, character):
        try:
            while True:
                header = self._read(19)
                body = self._read(struct.unpack_from(">H", header, 16)[0] - 19)
                self._take(header[18], body, character)
        except (OSError, EOFError):
            pass
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def _take(self, kind, body, character):
        with self.changed:
            if kind == OPEN:
                self.open = body
            elif kind != KEEPALIVE:
                self.messages.append((kind, body))
            self.changed.notify_all()
        if kind == OPEN:
            self.send(OPEN, answer_to(body, character))
            self.send(KEEPALIVE)

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.connection.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data


class Sink:
    """Listens on a free port of every loopback address, or connects to a speaker that waits.

    sessions: our address -> Session, the newest of an address.
    """

    def __init__(self, host, character, md5_password=b"", md5_peer="127.0.0.1"):
        self.changed = threading.Condition()
        self.sessions = {}
        self._character = character
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 0))
        if md5_password:
            self._sign(md5_peer, md5_password)
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _sign(self, peer, password):
        address = struct.pack("=H2s4s120x", socket.AF_INET, b"\0\0", socket.inet_aton(peer))
        # struct tcp_md5sig: address, flags, prefix length, key length, interface, key.
        self._listener.setsockopt(
            socket.IPPROTO_TCP, TCP_MD5SIG,
            address + struct.pack("=BBHi80s", 0, 0, len(password), 0, password),
        )  # fmt: skip

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._start(connection)

    def connect(self, ours, theirs, port):
        """Open the session from here; True once it is accepted."""
        family = socket.AF_INET6 if ":" in theirs else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.bind((ours, 0))
            connection.connect((theirs, port))
        except OSError:
            connection.close()
            return False
        self._start(connection)
        return True

    def _start(self, connection):
        session = Session(connection, self.changed)
        with self.changed:
            self.sessions[connection.getsockname()[0]] = session
            self.changed.notify_all()
        threading.Thread(target=session.run, args=(self._character,), daemon=True).start()

    def wait(self, condition, patience_s):
        """True once condition() holds; False after patience_s."""
        with self.changed:
            return self.changed.wait_for(condition, patience_s)

    def close(self):
        self._listener.close()
        for session in self.sessions.values():
            session.connection.close()
