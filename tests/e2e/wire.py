"""What really passes on a cable: wire.py INTERFACE SOURCE

Prints the payload of every TCP segment that comes from the address SOURCE and from or to port 179,
in hexadecimal, a line each, what is sent a second time left out. Says "ready" first.
"""

import socket
import struct
import sys

BGP_PORT = 179
TCP = 6


def payload(packet, source):
    """(first and last port, sequence number, payload) of a TCP segment from `source`, else None."""
    header = (packet[0] & 15) * 4
    if packet[9] != TCP or packet[12:16] != source:
        return None
    size = struct.unpack_from(">H", packet, 2)[0]
    ports, sequence = packet[header : header + 4], struct.unpack_from(">I", packet, header + 4)[0]
    if BGP_PORT not in struct.unpack(">HH", ports):
        return None
    return ports, sequence, packet[header + (packet[header + 12] >> 4) * 4 : size]


def main():
    source = socket.inet_aton(sys.argv[2])
    every = socket.ntohs(3)  # ETH_P_ALL
    seen = {}
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, every) as cable:
        cable.bind((sys.argv[1], socket.ntohs(every)))
        print("ready", flush=True)
        while True:
            packet, address = cable.recvfrom(1 << 17)
            if address[1] != 0x0800 or address[2] == socket.PACKET_OUTGOING:
                continue
            segment = payload(packet, source)
            if segment is None or not segment[2]:
                continue
            ports, sequence, data = segment
            ahead = (sequence - seen.get(ports, sequence)) & 0xFFFFFFFF
            if ahead >= 1 << 31:
                continue
            seen[ports] = (sequence + len(data)) & 0xFFFFFFFF
            print(data.hex(), flush=True)


if __name__ == "__main__":
    main()
