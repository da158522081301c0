"""The self test of sms_oracle: vectors with one meaning, breaches that a reader must notice, random texts both ways.

Refuses: an oracle that agrees with everything.
Out: lines for a person, 0 or 1.
"""

import json
import random
import subprocess
import sys

import sms_oracle
import sms_readers
import sms_writers

# kind, octets per field, what each reader that reads this kind must say
VECTORS = [
    ("deliver",
     "04"                       # SMS-DELIVER, no more messages
     "0B915155050010F0"         # TP-OA +15555000010
     "0000"                     # TP-PID, TP-DCS: GSM 7 bit
     "62113280100400"           # TP-SCTS 2026-11-23 08:01:40, zone 0
     "05C8329BFD06",            # "Hello"
     {"number": "+15555000010", "text": "Hello", "alphabet": "gsm7", "segment": None, "scts": "2026-11-23T08:01:40Z"}),
    ("deliver",
     "44"                       # with a user data header
     "0B915155050010F0" "0008" "62113280100423"     # UCS-2; zone +8 h
     "14" "0500030A0201"        # 20 octets; concatenation: reference 10, 2 parts, the first
     "4F60597D26634E2D6587D83DDE00",
     {"number": "+15555000010", "text": "\u4f60\u597d\u2663\u4e2d\u6587\U0001f600",
      "alphabet": "ucs2", "segment": {"reference": 10, "count": 2, "sequence": 1}, "scts": "2026-11-23T00:01:40Z"}),
    ("deliver",
     "04" "04810055" "0004" "62113280100400"        # TP-OA 0055 of unknown type; 8-bit data
     "03" "0102FF",
     {"number": "0055", "data": "0102ff", "alphabet": "data"}),
    ("submit",
     "01" "00"                  # SMS-SUBMIT without TP-VP, TP-MR 0
     "0B915155050020F0" "0000"  # TP-DA, TP-PID, TP-DCS
     "05C8329BFD06",
     {"number": "+15555000020", "text": "Hello", "alphabet": "gsm7", "segment": None}),
    ("status",
     "06" "05"                  # SMS-STATUS-REPORT, TP-MR 5
     "0B915155050010F0"         # TP-RA
     "62113280100400" "62113280101400" "00",        # TP-SCTS, TP-DT, TP-ST: received
     {"number": "+15555000010", "status": 0}),
    ("rp-data-mo", "0005" "00" "07915155050000F9" "12" "01000B915155050020F0000005C8329BFD06",
     {"reference": 5, "number": "+15555000009", "tpdu_kind": "SMS_SUBMIT"}),
    ("rp-error-mt", "0505" "0129", {"reference": 5, "cause": 41}),
    ("deliver-report-error", "00D300", {"failure_cause": 0xD3}),
]

# How many random texts are written and read.
ROUNDS = 300

# Octets that not all readers may accept in agreement.
BREACHES = [
    ("an impossible TP-SCTS", "deliver", "040B915155050010F000006211320351040005C8329BFD06"),
    ("user data that is missing", "deliver", "040B915155050010F0000062113280100400"),
    ("an address cut off", "deliver", "040B915155"),
    ("nothing", "deliver", "04"),
]

GSM = "@\u00a3$\u00e8\u00d8\u0394 !\"#%&'()*+,-./0123456789:;<=>?ABCXYZ\u00c4\u00d6\u00d1abcxyz\u00e4\u00f6\u00f1\u00fc\u00e0\n"
WIDE = "a\u00e9\u4f60\u597d\u2663\u0416\u05d0"
BEYOND = "\U0001f600\U0001f642"


def self_test():
    failures = _vectors() + _breaches() + _both_ways() + _as_a_program()
    for failure in failures:
        print("sms_oracle self test:", failure)
    print(f"sms_oracle self test: {len(VECTORS)} vectors, {len(BREACHES)} breaches, {ROUNDS} random texts, "
          f"{'FAILED' if failures else 'all as they should'}")
    return 1 if failures else 0


def _vectors():
    failures = []
    for kind, octets, expected in VECTORS:
        judged = sms_oracle.judge(f"{kind} {octets}")
        readers = [name for name in sms_readers.READERS if "absent" not in judged[name]]
        if judged["agree"] is False or not readers:
            failures.append(f"{kind} {octets}: agree is {judged['agree']}, read by {readers}")
        for name in readers:
            said = judged[name]
            wrong = {
                field: said.get(field) for field, value in expected.items()
                if field not in said.get("doubt", {}) and said.get(field) != value
            }
            if wrong or said.get("rewritten_equal") is False or said.get("reencode_equal") is False:
                failures.append(f"{kind} {octets}: {name} says {wrong or said}")
    return failures


def _breaches():
    return [f"{name}: every reader agrees" for name, kind, octets in BREACHES
            if sms_oracle.judge(f"{kind} {octets}")["agree"] is not False]


def _both_ways():
    """What one library writes, another reads; what ours will be compared with must itself hold."""
    chance, failures, written = random.Random(23040), [], {name: 0 for name in sms_writers.WRITERS}
    for number in range(ROUNDS):
        alphabet = (GSM, GSM + "\u20ac{}[]~^|\\", WIDE, WIDE + BEYOND)[number % 4]
        text = "".join(chance.choice(alphabet) for _ in range(chance.choice((0, 1, 6, 7, 8, 15, 70, 71, 160, 161, 320))))
        reference = chance.choice((0, 7, 255, 256, 65535))
        wish = {"text": text, "number": "+4915550001", "reference": reference, "scts": "2026-11-23T08:01:40"}
        answer = sms_writers.write(wish)
        if "error" in answer["pycrate"]:
            failures.append(f"random text {number}: pycrate could not write it: {answer['pycrate']}")
            continue
        for name, said in answer.items():
            written[name] += "tpdus" in said
        failures += [f"random text {number}: {told}" for told in _read_all(answer["pycrate"]["tpdus"], text, reference)]
    # python-messaging cannot write characters beyond UCS-2, 16-bit references, and some long texts with extensions.
    failures += [f"{name} wrote only {count} of {ROUNDS}" for name, count in written.items() if count < ROUNDS // 4]
    return failures


def _read_all(tpdus, text, reference):
    judged = [sms_oracle.judge(f"deliver {octets}") for octets in tpdus]
    for one in judged:
        if one["agree"] is False:
            yield f"the readers differ: {json.dumps(one)[:600]}"
        if one["pycrate"].get("reencode_equal") is False:
            yield f"pycrate writes other octets than it read: {one['hex']}"
    if "".join(_sure_text(one) for one in judged) != text:
        yield "the readers read another text"
    segments = [one["pycrate"].get("segment") for one in judged]
    expected = [None] if len(tpdus) == 1 else [
        {"reference": reference, "count": len(tpdus), "sequence": n + 1} for n in range(len(tpdus))]
    if segments != expected:
        yield f"segments {segments}"


def _sure_text(judged):
    readings = [judged[name] for name in sms_readers.READERS]
    return next((said["text"] for said in readings if "text" in said and "text" not in said.get("doubt", {})), "")


def _as_a_program():
    """One line in, one object out, also for lines that are nothing."""
    lines = "deliver 040B915155050010F000006211328010040005C8329BFD06\nnope 00\ndeliver zz\n"
    ended = subprocess.run([sys.executable, sms_oracle.__file__], input=lines, capture_output=True, text=True)
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    is_well = len(answers) == 3 and answers[0]["agree"] is True and "error" in answers[1] and "error" in answers[2]
    return [] if is_well and ended.returncode == 0 else [f"as a program: {ended.stdout}{ended.stderr}"]
