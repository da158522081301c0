#!/usr/bin/env python3
"""Breaks one octet in a copy of a capture, so that a check can show that it would have seen it.

    wire_break.py avp-length|avp-padding|sdp-line|tpdu-length|rp-length IN OUT [--map tcp.port==13868,diameter]

Refuses: to break what is not there (exit code 2), so that a test without the protocol does not pass.
In: a capture that wirecheck.py calls clean. Out: the same capture with one octet changed.
"""

import argparse
import os
import re
import struct
import subprocess
import sys
import tempfile

import capture
import wirecheck


class NothingToBreak(Exception):
    """No octet of this kind in the capture."""


def _flip(at, bit):
    return lambda octets: octets[:at] + bytes([octets[at] ^ bit]) + octets[at + 1:]


def _without_equals(lines):
    """The second line of a session description loses its equals sign."""
    at = lines.index(b"\n") + 2
    return lines[:at] + b":" + lines[at + 1:]


# kind -> (display filter, what marks the octets in tshark's PDML, how one of them is changed)
# Lengths grow past what holds them: an AVP that swallows its neighbours, or a shorter text, is not flagged.
KINDS = {
    "avp-length": ("diameter", '<field name="diameter.avp.len"', _flip(1, 0x80)),
    "avp-padding": ("diameter.avp.pad", '<field name="diameter.avp.pad"', _flip(0, 0x01)),
    "sdp-line": ("sdp", '<proto name="sdp"', _without_equals),
    "tpdu-length": ("gsm_sms", 'name="gsm_sms.tp.user_data_length"', lambda _: b"\xff"),
    "rp-length": ("gsm_a.rp", 'show="RP-User Data"', lambda part: bytes([part[0] - 2]) + part[1:]),
}


def break_one(kind, source, target, maps=()):
    """Writes `target`: `source` with one octet changed. Returns (frame, offset in the frame)."""
    packet, at, old, new = _find(kind, source, maps)
    with open(source, "rb") as file:
        octets = bytearray(file.read())
    octets[packet.at + at:packet.at + at + len(old)] = new
    with open(target, "wb") as file:
        file.write(octets)
    return packet.index, at


def _find(kind, path, maps):
    """The first octets of a kind that stand in one frame and not in a reassembled buffer."""
    display, mark, change = KINDS[kind]
    packets = {packet.index: packet for packet in capture.packets(path)}
    command = ["tshark", "-r", path, "-T", "pdml", "-Y", f"{display} && !tcp.reassembled.length"]
    for text in maps:
        command += ["-d", text]
    frame = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace") as tshark:
        for line in tshark.stdout:
            number = re.search(r'<proto name="frame" showname="Frame (\d+):', line)
            frame = int(number[1]) if number else frame
            place = re.search(r'size="(\d+)" pos="(\d+)"', line) if mark in line else None
            if place and int(place[1]):
                tshark.kill()
                size, at = int(place[1]), int(place[2])
                old = packets[frame].data[at:at + size]
                return packets[frame], at, old, change(old)
    raise NothingToBreak(f"{path} has nothing for {kind}")


# The self test: a small clean capture with one of everything.

MAPS = ["udp.port==5070,sip", "tcp.port==13868,diameter", "tcp.port==12855,msrp"]
WANTED = {"sip": 2, "sdp": 1, "gsm_a.rp": 1, "gsm_sms": 5, "diameter": 4, "msrp": 1}

DELIVER = bytes.fromhex(
    "04"                    # SMS-DELIVER, no more messages
    "0B 91 5155050010F0"    # TP-OA: 11 digits, international, +15555000010
    "00 00"                 # TP-PID, TP-DCS: GSM 7 bit
    "62113280100400"        # TP-SCTS
    "05 C8329BFD06")        # TP-UDL 5, "Hello"
SUBMIT_REPORT = bytes.fromhex("0100" "62113280100400")    # SMS-SUBMIT-REPORT: TP-PI none, TP-SCTS
RP_DATA = bytes.fromhex(
    "00 05"                 # RP-DATA MS to network, reference 5
    "00"                    # no originator
    "07 91 5155050000F9"    # destination: the SMS centre
    "12"                    # RP-User Data: 18 octets
    "01 00"                 # SMS-SUBMIT, TP-MR 0
    "0B 91 5155050020F0"    # TP-DA
    "00 00"                 # TP-PID, TP-DCS
    "05 C8329BFD06")        # "Hello"
SDP = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=message 12855 TCP/MSRP *\r\n"
       "a=path:msrp://127.0.0.1:12855/s1;tcp\r\na=accept-types:message/cpim text/plain\r\n").encode()
MSRP = ("MSRP tW000001 SEND\r\nTo-Path: msrp://127.0.0.1:12855/s1;tcp\r\nFrom-Path: msrp://127.0.0.1:9/s2;tcp\r\n"
        "Message-ID: mW000001\r\nByte-Range: 1-2/2\r\nContent-Type: text/plain\r\n\r\nhi\r\n-------tW000001$\r\n").encode()


def _sip(method, kind, content):
    lines = [
        f"{method} sip:b@127.0.0.1:5070 SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK-{method}",
        "From: <sip:a@example.org>;tag=1", "To: <sip:b@example.org>", f"Call-ID: {method}@127.0.0.1", f"CSeq: 1 {method}",
        "Max-Forwards: 70", "Contact: <sip:a@127.0.0.1:5071>", f"Content-Type: {kind}", f"Content-Length: {len(content)}",
    ]
    return "\r\n".join(lines + ["", ""]).encode() + content


def _avp(code, value, vendor=None):
    length = 8 + (4 if vendor else 0) + len(value)
    head = struct.pack(">IB", code, 0xC0 if vendor else 0x40) + length.to_bytes(3, "big")
    return head + (struct.pack(">I", vendor) if vendor else b"") + value + bytes(-len(value) % 4)


def _tfr(hop_by_hop, tpdu=DELIVER):
    """MT-Forward-Short-Message-Request (TS 29.338), SM-RP-UI last: a length that lies runs past the end."""
    avps = [
        _avp(263, b"host;1;2"), _avp(277, bytes([0, 0, 0, 1])), _avp(264, b"sms.example.org"), _avp(296, b"example.org"),
        _avp(293, b"mme.example.org"), _avp(283, b"example.org"), _avp(1, b"001010000000001"),
        _avp(3300, bytes.fromhex("5155050000F9"), 10415), _avp(3301, tpdu, 10415),
    ]
    return _sgd(0xC0, 8388646, hop_by_hop, avps)


def _ofa(hop_by_hop, session_state=bytes([0, 0, 0, 1])):
    """MO-Forward-Short-Message-Answer with a report, which tshark reads as an SMS-SUBMIT."""
    avps = [
        _avp(263, b"host;1;1"), _avp(268, struct.pack(">I", 2001)), _avp(277, session_state), _avp(264, b"sms.example.org"),
        _avp(296, b"example.org"), _avp(3301, SUBMIT_REPORT, 10415),
    ]
    return _sgd(0x40, 8388645, hop_by_hop, avps)


def _sgd(flags, command, hop_by_hop, avps):
    content = b"".join(avps)
    head = b"\x01" + (20 + len(content)).to_bytes(3, "big") + bytes([flags]) + command.to_bytes(3, "big")
    return head + struct.pack(">III", 16777313, hop_by_hop, hop_by_hop) + content


def _sample(path, tail=b""):
    writer = capture.Writer()
    writer.datagram(5071, 5070, _sip("INVITE", "application/sdp", SDP))
    writer.datagram(5071, 5070, _sip("MESSAGE", "application/vnd.3gpp.sms", RP_DATA))
    writer.datagram(5071, 5070, b"\r\n\r\n")
    sgd = capture.Talk(writer, 40000, 13868)
    sgd.say(0, _tfr(1))
    sgd.say(0, _tfr(2) + _tfr(3), pieces=3)
    sgd.say(1, _ofa(9))
    sgd.say(0, tail)
    sgd.close()
    chat = capture.Talk(writer, 40001, 12855)
    chat.say(0, MSRP)
    chat.close()
    writer.write(path)


def self_test():
    folder = tempfile.mkdtemp()
    clean, broken = os.path.join(folder, "clean.pcap"), os.path.join(folder, "broken.pcap")
    failures = []

    def expect(name, exit_code, path, required, maps=MAPS):
        command = [sys.executable, wirecheck.__file__, path, "--require", ",".join(f"{k}={n}" for k, n in required.items())]
        for text in maps:
            command += ["--map", text]
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode != exit_code:
            failures.append(f"{name}: exit code {ended.returncode}, not {exit_code}\n{ended.stdout}{ended.stderr}")

    _sample(clean)
    expect("a clean capture", 0, clean, WANTED)
    ng = os.path.join(folder, "clean.pcapng")
    subprocess.run(["editcap", "-F", "pcapng", clean, ng], check=True)
    expect("the same as pcapng", 0, ng, WANTED)
    if [packet.data for packet in capture.packets(clean)] != [packet.data for packet in capture.packets(ng)]:
        failures.append("pcap and pcapng are not read alike")
    for kind in KINDS:
        for source in (clean, ng):
            break_one(kind, source, broken, MAPS)
            expect(f"{kind} broken in {os.path.basename(source)}", 1, broken, {})
    for protocol, count in WANTED.items():
        expect(f"one {protocol} too few", 1, clean, {protocol: count + 1})
    expect("a port that is not mapped", 1, clean, WANTED, MAPS[:1])
    _sample(broken, tail=_tfr(4)[:100])
    expect("a stream that ends within a message", 1, broken, {})
    _sample(broken, tail=_ofa(4) + _ofa(5))
    expect("two reports in a frame", 0, broken, {})
    _sample(broken, tail=_ofa(4, session_state=b"\0\0"))
    expect("an integer cut off beside a report", 1, broken, {})
    _sample(broken, tail=_ofa(4) + _tfr(5, tpdu=DELIVER[:-2]))
    expect("a TPDU cut off beside a report", 1, broken, {})
    _sample(broken, tail=b"\xff" * 40)
    expect("octets that are no Diameter", 1, broken, {})
    with open(broken, "wb") as file:
        file.write(b"no capture")
    expect("a file that is no capture", 2, broken, {})
    try:
        _sample(broken)
        break_one("sdp-line", broken, broken + "2", ["udp.port==5070,data"])
        failures.append("a kind that is not there was broken")
    except NothingToBreak:
        pass
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    os.rmdir(folder)
    for failure in failures:
        print("wirecheck self test:", failure)
    print(f"wirecheck self test: {len(KINDS)} kinds of broken octets, {'FAILED' if failures else 'all as they should'}")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--map", action="append", default=[], metavar="tcp.port==N,protocol")
    arguments = parser.parse_args()
    try:
        frame, at = break_one(arguments.kind, arguments.source, arguments.target, arguments.map)
    except (OSError, capture.Unreadable, NothingToBreak) as error:
        print(f"wire_break: {error}", file=sys.stderr)
        return 2
    print(f"frame {frame}, octet {at} of it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
