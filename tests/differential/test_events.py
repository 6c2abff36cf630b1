"""A helper that asks for version 4 is told what ExaBGP 4.2.21 tells it, in the same words and order.

Left out: fsm events (4.2 reports IDLE before the loss, OpenBell as 5.0 after it).
"""

import re
import struct

import corpus
from bgp_sink import families_of
from contestant import Case

WISHES = """negotiated;
    receive { parsed; %(more)s open; update; notification; keepalive; refresh; }
    send { parsed; %(more)s open; update; notification; keepalive; refresh; }"""


def update(withdrawn="", attributes=(), announced=""):
    packed = b"".join(
        bytes([flags, code, len(bytes.fromhex(value))]) + bytes.fromhex(value)
        for flags, code, value in attributes
    )
    gone = bytes.fromhex(withdrawn)
    return (
        struct.pack(">H", len(gone)) + gone
        + struct.pack(">H", len(packed)) + packed
        + bytes.fromhex(announced)
    )  # fmt: skip


ORIGIN = (0x40, 1, "00")
PATH = (0x40, 2, "02020000fdea0000fdeb")
NEXT_HOP = (0x40, 3, "c0000202")

RECEIVED = [
    update("18cb0071", [ORIGIN, PATH, NEXT_HOP, (0x80, 4, "00000032"),
                        (0xC0, 8, "fdea0001ffffff01")], "18c0000219c6336480"),
    update("", [ORIGIN, PATH, NEXT_HOP, (0x40, 6, ""), (0xC0, 7, "0000fdeac0000209"),
                (0xC0, 32, "000000010000000200000003"),
                (0xC0, 16, "0002fdea000000010003fdea000000028006000046160000")], "180a0101"),
    update("", [(0x40, 1, "01"), (0x40, 2, "02010000fdea01020000000100000002"), NEXT_HOP],
           "180a0102"),
    update("", [(0x40, 1, "02"), (0x40, 2, ""), NEXT_HOP], "180a0104"),
    update("", [ORIGIN, PATH, (0x80, 14, "0002011020010db800000000000000000000000100"
                                         "3020010db80001")]),
    update("", [(0x80, 15, "0002013020010db80001")]),
    update("", [ORIGIN, PATH, (0x80, 14, "0001800c0000000000000000c000020200"
                                         "700006410000fdea000000010a0002")]),
    update("", [ORIGIN, PATH, (0xC0, 16, "8006000000000000"),
                (0x80, 14, "000185000008" "02180a0000038106")]),
    update("", [ORIGIN, PATH, (0x80, 14, "00010404c000020200300006410a0000")]),
    update("180a0101"),
    update(),
    bytes.fromhex("00000007900f0003000201"),
]  # fmt: skip


def normalized(events):
    """Without what is never the same twice."""
    found = []
    for text in events:
        text = re.sub(r'"time": [0-9.]+, ', "", text, count=1)
        text = re.sub(r'"(host|pid|ppid)" : [^,]+, ', "", text)
        found.append(re.sub(r'"counter": \d+', '"counter": N', text))
    return found


def session_of(speaker, each):
    """Everything that a helper sees of one session, up to the NOTIFICATION that ends it.

    each: events that one message leads to. What comes next waits for them, so that the order of
    what is sent and of what is received is the same each time.
    """
    helper, name = speaker.helper, speaker.case.neighbors[0]

    def told(ends):
        """As many End-of-RIBs sent were told, decoded, which is the last event of a message."""
        sent = '"direction": "send", "message": { "eor"'
        assert helper.wait(lambda: sum(sent in text for text in helper.events) == ends)

    opens = speaker.establish().opens
    ends = len(families_of(bytes.fromhex(opens[name]))) + 1
    told(ends)
    session = speaker.sink.sessions[name]
    for number, body in enumerate(RECEIVED):
        heard = len(helper.events) + each
        session.send(2, body)
        assert helper.wait(lambda heard=heard: len(helper.events) == heard), f"not {number}"
    for line in ("announce route 10.77.0.0/24 next-hop 192.0.2.1 med 7 community [ 65001:1 ]",
                 "announce route 2001:db8::/48 next-hop 2001:db8::1",
                 "withdraw route 10.77.0.0/24 next-hop 192.0.2.1"):  # fmt: skip
        assert helper.command(line) == ["done"]
        speaker.settle()
        ends += 1
        told(ends)
    session.send(3, b"\x06\x06")
    assert helper.wait(lambda: any('"state": "down"' in text for text in helper.events))
    end = next(at for at, text in enumerate(helper.events) if '"state": "down"' in text)
    return normalized(helper.events[: end + 1])


def compare(both, more, each):
    case = Case.read(corpus.FOLDER / "session-events.conf")
    theirs, ours = both(
        case,
        lambda speaker: session_of(speaker, each),
        process_lines={"openbell": "version 4;"},
        api_lines=WISHES % {"more": more},
    )
    assert len(theirs) > 2 * len(RECEIVED)
    assert ours == theirs


def test_parsed(both):
    compare(both, "", 1)


def test_packets(both):
    compare(both, "packets;", 2)


def test_consolidate(both):
    compare(both, "packets; consolidate;", 1)
