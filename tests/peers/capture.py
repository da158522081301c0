"""Captures: packets out of a pcap or pcapng file, TCP byte streams out of packets, and captures written for self tests.

Refuses: to guess. A byte that the capture lost is a gap and is told; a retransmission that differs is told.
In: a file. Out: Packet, Stream with two Directions, each octet with the packet with which it could be read.
"""

import bisect
import struct
from dataclasses import dataclass, field

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
ETHERNET, RAW_IP, LINUX_SLL, LINUX_SLL2, NULL = 1, 101, 113, 276, 0


class Unreadable(Exception):
    """The file is no capture, or one of a kind that is not read here."""


@dataclass
class Packet:
    index: int      # from 1, as tshark's frame.number
    time: float     # seconds
    link: int       # the link type of its interface
    at: int         # where its octets begin in the file
    data: bytes


@dataclass
class Segment:
    """One TCP segment or UDP datagram."""
    packet: Packet
    protocol: int
    source: tuple
    target: tuple
    payload: bytes
    payload_at: int     # in the packet
    sequence: int = 0
    flags: int = 0


def packets(path):
    """Every packet of a pcap or pcapng file."""
    with open(path, "rb") as file:
        octets = file.read()
    magic = octets[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        return _pcapng(octets)
    for order in "<>":
        for number, unit in ((0xA1B2C3D4, 1e-6), (0xA1B23C4D, 1e-9)):
            if magic == struct.pack(order + "I", number):
                return _pcap(octets, order, unit)
    raise Unreadable(f"{path} is neither pcap nor pcapng")


def _pcap(octets, order, unit):
    link = struct.unpack_from(order + "I", octets, 20)[0] & 0xFFFF
    at, found = 24, []
    while at + 16 <= len(octets):
        seconds, fraction, kept, _ = struct.unpack_from(order + "4I", octets, at)
        at += 16
        found.append(Packet(len(found) + 1, seconds + fraction * unit, link, at, octets[at:at + kept]))
        at += kept
    return found


def _pcapng(octets):
    at, found, order, interfaces = 0, [], "<", []
    while at + 12 <= len(octets):
        if octets[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if octets[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, length = struct.unpack_from(order + "2I", octets, at)
        if length < 12 or at + length > len(octets):
            break   # cut off while the capturing program was writing
        if kind == 1:
            link = struct.unpack_from(order + "H", octets, at + 8)[0]
            interfaces.append((link, _resolution(octets, at + 16, at + length - 4, order)))
        elif kind == 6:
            which, high, low, kept, _ = struct.unpack_from(order + "5I", octets, at + 8)
            link, unit = interfaces[which]
            time = ((high << 32) | low) * unit
            found.append(Packet(len(found) + 1, time, link, at + 28, octets[at + 28:at + 28 + kept]))
        at += length
    return found


def _resolution(octets, at, end, order):
    """The unit of an interface's time stamps: option 9, else microseconds."""
    while at + 4 <= end:
        code, length = struct.unpack_from(order + "2H", octets, at)
        if code == 0:
            break
        if code == 9:
            value = octets[at + 4]
            return 2.0 ** -(value & 0x7F) if value & 0x80 else 10.0 ** -value
        at += 4 + (length + 3) // 4 * 4
    return 1e-6


def segment(packet):
    """The TCP segment or UDP datagram in a packet; None for anything else."""
    data = packet.data
    at = _network_layer(packet)
    if at is None or at >= len(data):
        return None
    version = data[at] >> 4
    if version == 4 and at + 20 <= len(data):
        header = (data[at] & 15) * 4
        total = struct.unpack_from(">H", data, at + 2)[0] or len(data) - at
        protocol, end = data[at + 9], min(len(data), at + total)
        source, target = data[at + 12:at + 16], data[at + 16:at + 20]
        at += header
    elif version == 6 and at + 40 <= len(data):
        length = struct.unpack_from(">H", data, at + 4)[0] or len(data) - at - 40
        protocol, end = data[at + 6], min(len(data), at + 40 + length)
        source, target = data[at + 8:at + 24], data[at + 24:at + 40]
        at += 40
    else:
        return None
    if protocol == 6 and at + 20 <= end:
        from_port, to_port, sequence = struct.unpack_from(">HHI", data, at)
        flags, body = data[at + 13], at + (data[at + 12] >> 4) * 4
        return Segment(packet, 6, (source, from_port), (target, to_port), data[body:end], body, sequence, flags)
    if protocol == 17 and at + 8 <= end:
        from_port, to_port = struct.unpack_from(">HH", data, at)
        return Segment(packet, 17, (source, from_port), (target, to_port), data[at + 8:end], at + 8)
    return None


def _network_layer(packet):
    """Where the IP header begins."""
    if packet.link == ETHERNET:
        at = 12
        while packet.data[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
        return at + 2
    return {RAW_IP: 0, NULL: 4, LINUX_SLL: 16, LINUX_SLL2: 20}.get(packet.link)


@dataclass
class Direction:
    """What one side of a connection sent, in order."""
    data: bytearray = field(default_factory=bytearray)
    lost: bool = False          # octets that the capture does not have
    differs: bool = False       # a retransmission with other octets
    closed: float = None        # when FIN or RST was sent
    _base: int = None
    _marks: list = field(default_factory=list)      # (offset, packet index, time)
    _waiting: dict = field(default_factory=dict)    # offset -> octets, ahead of what is missing

    def take(self, part):
        if part.flags & SYN:
            self._base = (part.sequence + 1) & 0xFFFFFFFF
        if part.flags & (FIN | RST) and self.closed is None:
            self.closed = part.packet.time
        if not part.payload:
            return
        if self._base is None:
            self._base = part.sequence
        offset = (part.sequence - self._base) & 0xFFFFFFFF
        if offset >= 1 << 31:
            offset -= 1 << 32
        self._waiting.setdefault(offset, []).append(part.payload)
        self._drain(part.packet)

    def _drain(self, packet):
        while True:
            ready = [offset for offset in self._waiting if offset <= len(self.data)]
            if not ready:
                return
            for offset in sorted(ready):
                for payload in self._waiting.pop(offset):
                    self._append(offset, payload, packet)

    def _append(self, offset, payload, packet):
        known = len(self.data) - offset
        # A one-octet probe for a live peer may carry any octet.
        if offset >= 0 and len(payload) > 1:
            seen = bytes(self.data[offset:offset + len(payload)])
            self.differs |= seen != payload[:len(seen)]
        if known < len(payload):
            self._marks.append((len(self.data), packet.index, packet.time))
            self.data += payload[known:]

    def finish(self):
        self.lost = bool(self._waiting)

    def brought(self, offset):
        """(packet index, time) of the packet with which the octet at an offset could be read."""
        place = bisect.bisect_right(self._marks, (offset, float("inf"), 0.0)) - 1
        return self._marks[max(place, 0)][1:]


@dataclass
class Stream:
    """One TCP connection."""
    number: int
    client: tuple
    server: tuple
    opened: float               # when the handshake began; None when the capture began later
    directions: tuple = field(default_factory=lambda: (Direction(), Direction()))   # from client, from server
    ended: float = 0.0          # the last moment the capture knows of


def streams(path, ports):
    """The TCP connections with one of these ports on either side, in the order of their first packet."""
    found, live, last = [], {}, 0.0
    for packet in packets(path):
        last = packet.time
        part = segment(packet)
        if part is None or part.protocol != 6 or not {part.source[1], part.target[1]} & set(ports):
            continue
        key = frozenset((part.source, part.target))
        is_opening = part.flags & (SYN | ACK) == SYN
        if key not in live or (is_opening and _has_spoken(live[key])):
            is_from_client = is_opening or (part.target[1] in ports and not part.flags & SYN)
            ends = (part.source, part.target) if is_from_client else (part.target, part.source)
            live[key] = Stream(len(found), *ends, packet.time if is_opening else None)
            found.append(live[key])
        stream = live[key]
        stream.directions[0 if part.source == stream.client else 1].take(part)
    for stream in found:
        stream.ended = last
        for direction in stream.directions:
            direction.finish()
    return found


def _has_spoken(stream):
    return any(side.data or side.closed is not None for side in stream.directions)


class Writer:
    """Writes a capture of hand-made conversations, for self tests."""

    def __init__(self):
        self.packets = []
        self.time = 1_700_000_000.0

    def datagram(self, source, target, payload):
        self._packet(17, struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload)

    def segment(self, source, target, sequence, flags, payload=b"", acknowledged=1):
        header = struct.pack(">HHIIBBHHH", source, target, sequence & 0xFFFFFFFF, acknowledged, 0x50, flags, 65535, 0, 0)
        self._packet(6, header + payload)

    def _packet(self, protocol, transport):
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(transport), 0, 0, 64, protocol, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        total = sum(struct.unpack(">10H", ip))
        total = (total & 0xFFFF) + (total >> 16)
        ip = ip[:10] + struct.pack(">H", ~total & 0xFFFF) + ip[12:]
        self.packets.append((self.time, bytes(12) + b"\x08\x00" + ip + transport))
        self.time += 0.001

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, ETHERNET))
            for time, data in self.packets:
                whole = int(time)
                file.write(struct.pack("<4I", whole, int(round((time - whole) * 1e6)), len(data), len(data)) + data)


class Talk:
    """One hand-made TCP connection in a Writer."""

    def __init__(self, writer, client, server):
        self.writer, self.ports, self.next = writer, (client, server), [1000, 5000]
        self.writer.segment(client, server, 999, SYN)
        self.writer.segment(server, client, 4999, SYN | ACK, acknowledged=1000)
        self.writer.segment(client, server, 1000, ACK, acknowledged=5000)

    def say(self, side, octets, pieces=1, order=None, repeat=False):
        """Sends octets from side 0 (client) or 1, in pieces, perhaps in another order, perhaps twice."""
        size = max(1, -(-len(octets) // pieces))
        cuts = [(n, octets[n:n + size]) for n in range(0, len(octets), size)]
        for n, piece in (order(cuts) if order else cuts):
            for _ in range(2 if repeat else 1):
                self._send(side, self.next[side] + n, PSH | ACK, piece)
        self.next[side] += len(octets)

    def close(self):
        for side in (0, 1):
            self._send(side, self.next[side], FIN | ACK, b"")

    def _send(self, side, sequence, flags, payload):
        source, target = self.ports if side == 0 else self.ports[::-1]
        self.writer.segment(source, target, sequence, flags, payload, self.next[1 - side])
