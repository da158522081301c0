#!/usr/bin/env python3
"""Three independent readers and two independent writers of SMS TPDUs, for comparison with ours.

    sms_oracle.py            reads lines `kind hex`, prints one JSON object per line: what each reader read
    sms_oracle.py encode     reads lines of JSON {"text", "number", "alphabet"?, "reference"?, "scts"?}, prints per line
                             the SMS-DELIVERs that each writer makes of it
    sms_oracle.py --self-test

Kinds: deliver, submit, status; deliver-report, deliver-report-error, submit-report, submit-report-error (pycrate only);
rp-data-mo, rp-data-mt, rp-ack-mo, rp-ack-mt, rp-error-mo, rp-error-mt (TS 24.011, pycrate only).
A reading is {"number", "text" or "data", "alphabet", "segment", "scts", ...}, {"error"} or {"absent"}. `doubt` names the
fields in which this reader is known to err on such a TPDU, and why; `agree` compares what is not in doubt (null: there
was nothing to compare with).
Refuses: to repair a reader. Run it with the Python of the peers (`cargo xtask test --with-peers` makes it).
"""

import json
import sys

import sms_readers
import sms_writers

COMPARED = ("number", "text", "data", "alphabet", "segment", "scts", "status")


def judge(line):
    kind, _, octets = line.strip().partition(" ")
    out = {"kind": kind, "hex": octets}
    try:
        bytes.fromhex(octets)
    except ValueError:
        return {**out, "error": "not hexadecimal"}
    if kind not in sms_readers.KINDS:
        return {**out, "error": f"no such kind; there are {', '.join(sms_readers.KINDS)}"}
    readings = {name: read(kind, octets) for name, read in sms_readers.READERS.items()}
    return {**out, **readings, "agree": agreement(readings.values())}


def agreement(readings):
    """Whether the readers that say something say the same; None when fewer than two do."""
    present = [reading for reading in readings if "absent" not in reading]
    if len(present) < 2:
        return None
    if any("error" in reading for reading in present):
        return False
    for field in COMPARED:
        said = [reading[field] for reading in present if field in reading and field not in reading.get("doubt", {})]
        if any(one != said[0] for one in said):
            return False
    return True


def encode(line):
    try:
        wish = json.loads(line)
        number, text = wish["number"], wish["text"]
    except (ValueError, KeyError, TypeError) as error:
        return {"error": f"not a wish: {error!r}"}
    return {"number": number, "text": text, **sms_writers.write(wish)}


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        import sms_vectors
        return sms_vectors.self_test()
    if arguments not in ([], ["encode"]):
        print(__doc__)
        return 2
    answer = encode if arguments else judge
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(line), default=str), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
