#!/usr/bin/env python3
"""tshark's judgement of a capture: nothing malformed, no expert error, nothing left unassembled, enough seen.

    wirecheck.py CAPTURE --map tcp.port==13868,diameter --map udp.port==5070,sip --require sip=3,diameter=2,gsm_sms=1
    wirecheck.py --self-test

Prints one JSON object. Exit code 0: clean. 1: bad frames, or fewer than required. 2: tshark could not read it.
Counts are messages for sip, sdp, diameter and smpp, layers for what they carry (gsm_sms, gsm_a.rp), frames for
msrp: tshark shows a segment of MSRP as one message and flags nothing in it; msrp_check.py is its judge.
Refuses: to fail on warnings. Every SIP body with a NUL octet, so every SMS in SIP, draws one.
The report in an OFA or TFA tshark reads as if it went the way of the request, and mostly calls it malformed. A frame
with that fault alone must be clean when nobody looks into its TPDUs; `misread` counts these frames. The reports are
for sms_oracle.py to judge.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter

EXPERT_ERROR = 0x00800000
# A field that stands once per message; protocols without one are counted by their layers in a frame.
PER_MESSAGE = {"sip": "sip.CSeq", "sdp": "sdp.version", "diameter": "diameter.cmd.code", "smpp": "smpp.command_id"}
FIELDS = [
    "frame.number", "frame.protocols", "_ws.malformed", "_ws.unreassembled", "_ws.expert.severity", "_ws.expert.message",
    "tcp.srcport", "tcp.dstport", "tcp.len", "udp.srcport", "udp.dstport", "udp.length",
    "diameter.flags.request", "tcp.reassembled_in", "tcp.segment", "tcp.segment_data", "tcp.analysis.retransmission", "tcp.analysis.keep_alive",
    *PER_MESSAGE.values(),
]
PREFERENCES = [
    "tcp.desegment_tcp_streams:TRUE", "tcp.reassemble_out_of_order:TRUE", "tcp.check_checksum:FALSE",
    # Two segments of a text in one frame: it would call the first one unfinished, though it shows the whole text.
    "gsm_sms.reassemble:FALSE", "sip.delay_sdp_changes:FALSE",
]
SIP_KEEP_ALIVE = 4      # CRLF CRLF
FORWARDS = {"8388645", "8388646"}      # OFR and OFA, TFR and TFA
MALFORMED = "Malformed Packet (Exception occurred)"


class Unreadable(Exception):
    """tshark could not read the capture."""


def check(path, maps=(), wanted=None, tls_keys=None):
    """Dissects everything and returns what was seen and what was bad."""
    ports = {_port(text): text.rpartition(",")[2] for text in maps}
    options = [part for text in maps for part in ("-d", text)]
    options += ["-o", f"tls.keylog_file:{tls_keys}"] if tls_keys else []
    seen, bad, frames, doubted = Counter(), [], 0, set()
    for row in _dissect(path, options):
        frames += 1
        seen.update(_counts(row))
        faults = _faults(row, ports)
        if faults:
            bad.append(_finding(row, faults))
            doubted |= {row["frame.number"]} if _is_misread_report(row) else set()
    if doubted:
        # Whatever else is wrong with these frames is still wrong when their TPDUs are plain octets.
        rows = [row for row in _dissect(path, options + ["--disable-protocol", "gsm_sms"]) if row["frame.number"] in doubted]
        again = [_finding(row, faults) for row in rows if (faults := _faults(row, ports))]
        bad = [found for found in bad if str(found["frame"]) not in doubted] + again
        doubted -= {str(found["frame"]) for found in again}
    short = [
        f"{name}: {seen[name]} seen, {least} required" for name, least in (wanted or {}).items() if seen[name] < least
    ]
    shown = {name: count for name, count in sorted(seen.items()) if name not in ("eth", "ethertype", "ip", "ipv6")}
    return {"frames": frames, "protocols": shown, "misread": len(doubted), "bad": bad, "short": short}


def _dissect(path, options):
    """One row of fields for each frame."""
    command = ["tshark", "-r", path, "-2", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=\x1f"]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for field in FIELDS:
        command += ["-e", field]
    # What it says goes to a file: a pipe that nobody reads would fill.
    with tempfile.TemporaryFile("w+", errors="replace") as told:
        with subprocess.Popen(command + options, stdout=subprocess.PIPE, stderr=told, text=True, errors="replace") as tshark:
            for line in tshark.stdout:
                yield dict(zip(FIELDS, line.rstrip("\n").split("\t")))
        if tshark.returncode != 0:
            told.seek(0)
            lines = [line for line in told.read().splitlines() if not line.startswith("Running as user")]
            raise Unreadable("; ".join(lines) or f"tshark ended with {tshark.returncode}")


def _finding(row, faults):
    return {"frame": int(row["frame.number"]), "protocols": row["frame.protocols"], "faults": faults}


def _is_misread_report(row):
    """Whether all that is wrong are TPDUs, no more of them than there are reports in the frame."""
    commands, requests = _values(row["diameter.cmd.code"]), _values(row["diameter.flags.request"])
    answers = sum(code in FORWARDS and is_request in ("0", "False") for code, is_request in zip(commands, requests))
    errors = _errors(row)
    is_of_tpdus = all(error == MALFORMED or error.startswith("TP-") for error in errors)
    return "gsm_sms" in row["frame.protocols"] and is_of_tpdus and 0 < errors.count(MALFORMED) <= answers


def _counts(row):
    layers = Counter(row["frame.protocols"].split(":"))
    for protocol, field in PER_MESSAGE.items():
        if protocol in layers:
            layers[protocol] = len(_values(row[field]))
    return layers


def _faults(row, ports):
    faults = []
    if row["_ws.malformed"] or "_ws.malformed" in row["frame.protocols"]:
        faults.append("malformed")
    if row["_ws.unreassembled"] or "_ws.unreassembled" in row["frame.protocols"]:
        faults.append("unreassembled")
    faults += _errors(row)
    # A segment begins a message that no later segment ends.
    begun = len(_values(row["tcp.segment_data"])) - (1 if row["tcp.segment"] else 0)
    if begun > 0 and not row["tcp.reassembled_in"]:
        faults.append("unreassembled: the stream ends within a message")
    elif _is_undecoded(row, ports):
        faults.append("undecoded octets on a mapped port")
    return faults


def _errors(row):
    severities = [int(value) for value in _values(row["_ws.expert.severity"])]
    messages = _values(row["_ws.expert.message"])
    return [message for severity, message in zip(severities, messages) if severity >= EXPERT_ERROR]


def _is_undecoded(row, ports):
    """Whether a payload on a mapped port was not what the port is mapped to."""
    for transport, length in (("tcp", row["tcp.len"]), ("udp", row["udp.length"])):
        numbers = _values(row[f"{transport}.srcport"])[:1] + _values(row[f"{transport}.dstport"])[:1]
        expected = [ports[(transport, int(number))] for number in numbers if (transport, int(number)) in ports]
        if not expected or expected[0] == "msrp":
            continue
        octets = int(_values(length)[0]) - (8 if transport == "udp" else 0)
        is_excused = row["tcp.reassembled_in"] or row["tcp.analysis.retransmission"] or row["tcp.analysis.keep_alive"]
        is_keep_alive = expected[0] == "sip" and octets <= SIP_KEEP_ALIVE
        if octets > 0 and not is_excused and not is_keep_alive:
            # tshark names a dissector in the frame also when it gave up: only what it read counts.
            seen = _counts(row)
            return not any(seen[protocol] for protocol in expected)
    return False


def _values(text):
    return text.split("\x1f") if text else []


def _port(text):
    found = re.fullmatch(r"(tcp|udp)\.port==(\d+),(\S+)", text)
    if not found:
        raise SystemExit(f"wirecheck: --map wants tcp.port==N,protocol or udp.port==N,protocol, not {text}")
    return (found[1], int(found[2]))


def _wanted(text):
    pairs = [pair.partition("=") for pair in filter(None, text.split(","))]
    if any(not least.isdigit() for _, _, least in pairs):
        raise SystemExit(f"wirecheck: --require wants protocol=N, not {text}")
    return {name: int(least) for name, _, least in pairs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?")
    parser.add_argument("--map", action="append", default=[], metavar="tcp.port==N,protocol")
    parser.add_argument("--require", default="", metavar="PROTOCOL=N,…", help="least counts")
    parser.add_argument("--tls-keys", help="a key log file")
    parser.add_argument("--self-test", action="store_true", help="break one octet at a time and find each")
    arguments = parser.parse_args()
    if arguments.self_test:
        import wire_break
        return wire_break.self_test()
    if arguments.capture is None:
        parser.error("a capture, or --self-test")
    try:
        summary = check(arguments.capture, arguments.map, _wanted(arguments.require), arguments.tls_keys)
    except (OSError, Unreadable) as error:
        print(f"wirecheck: {error}", file=sys.stderr)
        return 2
    print(json.dumps(summary, indent=1))
    return 1 if summary["bad"] or summary["short"] else 0


if __name__ == "__main__":
    sys.exit(main())
