#!/usr/bin/env python3
"""Every Diameter message of a capture before OTP's diameter (judge.erl): is it what RFC 6733 and TS 29.338 say?

Refuses: to look past a gap in the capture. The side that connected to a `--port` is the gateway; the others are told apart.
In: a capture, the ports that gateways connect to, the folder with the compiled judge.
Out: JSON {"gateway": {name: count}, "gateway_faults": [...], "others": {...}, "others_faults": [...], "unanswered": how many
attempts to connect led nowhere, "retransmitted": how many requests of the gateway bear the T bit}; exit code 1 with a fault of
the gateway, 2 when the capture cannot be read.

usage: abnf_check.py CAPTURE --judge FOLDER --port N [--port N...] | abnf_check.py --judge FOLDER --self-test
"""
import argparse
import collections
import json
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import capture  # noqa: E402

REQUEST, PROXIABLE, RETRANSMITTED = 0x80, 0x40, 0x10     # flags of a message
MANDATORY, VENDOR = 0x40, 0x80                            # flags of an AVP
SGD, TGPP = 16777313, 10415


def messages(octets):
    """Whole messages of one direction, by their own length; what is left over is told as one."""
    at = 0
    while at + 4 <= len(octets):
        length = int.from_bytes(octets[at + 1:at + 4], "big")
        if length < 20 or at + length > len(octets):
            break
        yield bytes(octets[at:at + length])
        at += length
    if at < len(octets):
        yield bytes(octets[at:])


def judge(folder, asked):
    """OTP's verdict on each."""
    lines = "".join(octets.hex() + "\n" for octets in asked)
    command = ["erl", "-noshell", "-pa", folder, "-run", "judge", "main"]
    said = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    if len(said) != len(asked):
        raise capture.Unreadable(f"{len(asked)} messages, {len(said)} verdicts")
    return [verdict.split(" ", 2) for verdict in said]


def check(path, folder, ports):
    sides, told = {"gateway": [], "others": []}, {"unanswered": 0}
    for stream in capture.streams(path, ports):
        told["unanswered"] += not any(direction.data for direction in stream.directions)
        for place, direction in enumerate(stream.directions):
            if direction.lost:
                raise capture.Unreadable("octets are missing in the capture")
            is_gateway = place == 0 and stream.server[1] in ports
            sides["gateway" if is_gateway else "others"] += messages(direction.data)
    for side, asked in sides.items():
        if side == "gateway":
            told["retransmitted"] = sum(octets[4] & RETRANSMITTED > 0 for octets in asked)
        verdicts = judge(folder, asked) if asked else []
        told[side] = dict(collections.Counter(name for good, name, *_ in verdicts if good == "OK"))
        told[side + "_faults"] = sorted({" ".join(verdict[1:]) for verdict in verdicts if verdict[0] != "OK"})
    return told


# Self test


def avp(code, data, vendor=0, flags=MANDATORY):
    head = 12 if vendor else 8
    octets = struct.pack(">IB", code, flags | (VENDOR if vendor else 0)) + (head + len(data)).to_bytes(3, "big")
    octets += vendor.to_bytes(4, "big") if vendor else b""
    return octets + data + bytes(-len(data) % 4)


def message(flags, command, application, *avps):
    body = b"".join(avps)
    head = bytes([1]) + (20 + len(body)).to_bytes(3, "big") + bytes([flags]) + command.to_bytes(3, "big")
    return head + struct.pack(">III", application, 1, 2) + body


def vectors():
    number = lambda value: value.to_bytes(4, "big")
    host, realm = avp(264, b"a.example"), avp(296, b"example")
    user = avp(3102, avp(701, b"\x51\x55", TGPP), TGPP)
    heading = [avp(263, b"a.example;1;2"), avp(277, number(1)), host, realm, avp(283, b"example")]
    tpdu, centre = avp(3301, b"\x01\x00", TGPP), avp(3300, b"\x44", TGPP)
    ofr = lambda *more: message(REQUEST | PROXIABLE, 8388645, SGD, *heading, *more)
    return [
        (message(REQUEST, 280, 0, host, realm), "OK DWR"),
        (message(REQUEST, 280, 0, realm), "BAD DWR [{5005,264"),
        (message(0, 282, 0, avp(268, number(2001)), host, realm), "OK DPA"),
        (message(REQUEST, 282, 0, host, realm), "BAD DPR [{5005,273"),
        (ofr(centre, user, tpdu), "OK OFR"),
        (ofr(centre, user), "BAD OFR [{5005,3301"),
        (ofr(centre, user, user, tpdu), "BAD OFR [{5009,3102"),
        (ofr(centre, user, tpdu, avp(9999, b"", TGPP)), "BAD OFR [{5001,9999"),
        (ofr(centre, user, tpdu)[:-4], "BAD unknown"),
        (message(PROXIABLE, 8388645, SGD, *heading[1:4], avp(268, number(2001))), "BAD OFA [{5005,263"),
        (message(PROXIABLE, 8388647, 16777312, *heading[:4], avp(2401, avp(3101, b"a.example", TGPP), TGPP)), "OK SRA"),
        (message(PROXIABLE, 8388647, 16777312, *heading[:4], avp(2401, avp(3101, b"a.example", TGPP), TGPP) * 2), "BAD SRA [{5009,2401"),
    ]


def self_test(folder):
    wanted = vectors()
    said = [" ".join(verdict) for verdict in judge(folder, [octets for octets, _ in wanted])]
    wrong = [(is_, should) for is_, (_, should) in zip(said, wanted) if not is_.startswith(should)]
    print(json.dumps({"vectors": len(wanted), "wrong": wrong}))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("capture", nargs="?")
    parser.add_argument("--judge", required=True)
    parser.add_argument("--port", type=int, action="append", default=[])
    parser.add_argument("--self-test", action="store_true")
    wish = parser.parse_args()
    if wish.self_test:
        return self_test(wish.judge)
    try:
        told = check(wish.capture, wish.judge, wish.port)
    except (capture.Unreadable, OSError, subprocess.SubprocessError) as error:
        print(json.dumps({"unreadable": str(error)}))
        return 2
    print(json.dumps(told))
    return 1 if told["gateway_faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
