"""The self test of msrp_check: a valid conversation, and one fault per rule planted in it.

Refuses: a rule that no fault breaks, and a fault that no rule finds.
In: the rules. Out: lines for a person, 0 or 1.
"""

import copy
import os
import random
import tempfile
from dataclasses import dataclass, field

import capture
import msrp_check
import msrp_session

ACTIVE = "msrp://10.0.0.2:9/uA9x3Kq81mZtR5wY;tcp"
PASSIVE = "msrp://127.0.0.1:2855/gW7c2Lr40nBvS8hD;tcp"
PORT = 2855


@dataclass
class Step:
    """One message of the conversation, rendered when the capture is written."""
    name: str
    side: int
    start: str                      # "SEND", "REPORT", "200 OK"
    id: str
    headers: list = field(default_factory=list)     # after the paths; "Byte-Range" alone: computed
    kind: str = None
    body: bytes = None
    flag: str = "$"
    wait: float = 0.0
    begin: int = 1
    total: str = None
    to: str = None
    sender: str = None
    patch: list = field(default_factory=list)       # (old, new) on the rendered octets
    drop: bool = False

    def octets(self):
        own, peer = (ACTIVE, PASSIVE) if self.side == 0 else (PASSIVE, ACTIVE)
        lines = [f"MSRP {self.id} {self.start}", f"To-Path: {self.to or peer}", f"From-Path: {self.sender or own}"]
        last = self.begin + len(self.body or b"") - 1
        for header in self.headers:
            end = "*" if len(self.body or b"") > 2048 else last
            lines.append(f"Byte-Range: {self.begin}-{end}/{self.total or last}" if header == "Byte-Range" else header)
        if self.kind:
            lines.append(f"Content-Type: {self.kind}")
        out = "\r\n".join(lines).encode() + b"\r\n"
        if self.body is not None:
            out += b"\r\n" + self.body + b"\r\n"
        out += f"-------{self.id}{self.flag}\r\n".encode()
        for old, new in self.patch:
            assert old in out, f"{self.name} has no {old}"
            out = out.replace(old, new, 1)
        return out


def cpim(content, kind="text/plain;charset=UTF-8", ask=None, message_id="imdn-0001", extra=()):
    head = ["From: <sip:anonymous@anonymous.invalid>", "To: <sip:anonymous@anonymous.invalid>"]
    head += ["NS: imdn <urn:ietf:params:imdn>", f"imdn.Message-ID: {message_id}", "DateTime: 2026-01-18T15:30:40Z"]
    head += [f"imdn.Disposition-Notification: {ask}"] if ask else []
    part = [f"Content-type: {kind}", f"Content-length: {len(content)}", *extra]
    return "\r\n".join(head + [""] + part + ["", ""]).encode() + content


def imdn(message_id):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><imdn xmlns="urn:ietf:params:xml:ns:imdn">'
        f"<message-id>{message_id}</message-id><datetime>2026-01-18T15:30:41Z</datetime>"
        "<delivery-notification><status><delivered/></status></delivery-notification></imdn>").encode()


COMPOSING = (b'<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state>'
             b"<refresh>60</refresh></isComposing>")
# Framing inside a text is text.
LOOK_ALIKE = "-------tOther01$\r\nMSRP tOther02 SEND\r\n\u20ac \U0001f642".encode()


def conversation():
    ok = lambda name, side, of: Step(name, side, "200 OK", of)
    notice = cpim(imdn("imdn-0001"), "message/imdn+xml", message_id="imdn-0002",
                  extra=("Content-Disposition: notification",))
    return [
        Step("open", 0, "SEND", "tA000001", ["Message-ID: mA000001"]),
        ok("open-ok", 1, "tA000001"),
        Step("text", 0, "SEND", "tA000002", ["Message-ID: mA000002", "Success-Report: yes", "Byte-Range"],
             "message/cpim", cpim("Gr\u00fc\u00dfe".encode(), ask="positive-delivery, display")),
        ok("text-ok", 1, "tA000002"),
        Step("report", 1, "REPORT", "tP000001", ["Message-ID: mA000002", "Byte-Range: 1-RANGE", "Status: 000 200 OK"]),
        Step("notice", 1, "SEND", "tP000002", ["Message-ID: mP000002", "Failure-Report: yes", "Byte-Range"],
             "message/cpim", notice),
        ok("notice-ok", 0, "tP000002"),
        Step("first-chunk", 1, "SEND", "tP000003", ["Message-ID: mP000003", "Byte-Range"], "text/plain", b"a" * 3000,
             "+", total="4000"),
        Step("between-chunks", 1, "SEND", "tP000004", ["Message-ID: mP000004", "Byte-Range"], "text/plain", LOOK_ALIKE),
        Step("last-chunk", 1, "SEND", "tP000005", ["Message-ID: mP000003", "Byte-Range"], "text/plain", b"b" * 1000,
             begin=3001, total="4000"),
        ok("first-chunk-ok", 0, "tP000003"),
        ok("between-ok", 0, "tP000004"),
        ok("last-chunk-ok", 0, "tP000005"),
        Step("composing", 0, "SEND", "tA000003", ["Message-ID: mA000003", "Failure-Report: no", "Byte-Range"],
             "application/im-iscomposing+xml", COMPOSING),
        Step("partial", 0, "SEND", "tA000004", ["Message-ID: mA000004", "Failure-Report: partial", "Byte-Range"],
             "text/plain", b"no news is good news"),
        Step("too-long", 0, "SEND", "tA000005", ["Message-ID: mA000005", "Byte-Range"], "text/plain", b"c" * 2500, "+",
             total="90000"),
        Step("too-long-413", 1, "413 Too long", "tA000005"),
        Step("given-up", 0, "SEND", "tA000006", ["Message-ID: mA000005", "Byte-Range"], "text/plain", b"", "#",
             begin=2501, total="90000"),
        ok("given-up-ok", 1, "tA000006"),
        Step("last", 0, "SEND", "tA000007", ["Message-ID: mA000007", "Byte-Range"], "text/plain", b"bye"),
        ok("last-ok", 1, "tA000007"),
    ]


# The order of a fault: (rule, what is done to the conversation).

def patch(name, old, new):
    return lambda talk: _step(talk, name).patch.append((_octets(old), _octets(new)))


def body(name, old, new):
    def plant(talk):
        step, before = _step(talk, name), _octets(old)
        assert before in step.body, f"{name} has no {old}"
        step.body = step.body.replace(before, _octets(new), 1)
    return plant


def change(name, **fields):
    return lambda talk: _step(talk, name).__dict__.update(fields)


def drop(name):
    return lambda talk: talk.remove(_step(talk, name))


def after(name, *steps):
    def plant(talk):
        at = talk.index(_step(talk, name)) + 1
        talk[at:at] = copy.deepcopy(list(steps))
    return plant


def both(*plants):
    return lambda talk: [plant(talk) for plant in plants]


def _step(talk, name):
    return next(step for step in talk if step.name == name)


def _octets(text):
    return text if isinstance(text, bytes) else text.encode()


def _again(name, side, start, of, **fields):
    return Step(name, side, start, of, **fields)


def _notice(message_id, about, **fields):
    return Step("notice-2", 0, "SEND", "tA000099", ["Message-ID: mA000099", "Failure-Report: no", "Byte-Range"],
                "message/cpim", cpim(imdn(about), "message/imdn+xml", message_id=message_id,
                                     extra=("Content-Disposition: notification",), **fields))


def _text(id, message_id, **fields):
    headers = [f"Message-ID: {message_id}", "Failure-Report: no", "Byte-Range"]
    return Step("planted", fields.pop("side", 0), "SEND", id, headers, "text/plain", b"planted", **fields)


FAULTS = [
    ("between", patch("text", "MSRP tA000002", "\r\nMSRP tA000002")),
    ("between", patch("text", "MSRP tA000002", "rubbish\r\nMSRP tA000002")),
    ("start-line", patch("text", "MSRP tA000002", "msrp tA000002")),
    ("start-line", patch("text", "tA000002 SEND", "tA000002  SEND")),
    ("start-line", patch("text-ok", "200 OK", "20 OK")),
    ("transact-id", both(change("text", id="tA2"), change("text-ok", id="tA2"))),
    ("transact-id", both(change("text", id="t" * 33), change("text-ok", id="t" * 33))),
    ("transact-id", both(change("text", id="-A000002"), change("text-ok", id="-A000002"))),
    ("status-code", change("text-ok", start="299 Fine")),
    ("line-end", patch("text", "Success-Report: yes\r\n", "Success-Report: yes\n")),
    ("paths-first", patch("text", "To-Path", "X-Path")),
    ("paths-first", both(patch("text", "Message-ID: mA000002\r\n", ""),
                         patch("text", "To-Path", "Message-ID: mA000002\r\nTo-Path"))),
    ("uri", change("text", to="sip:alice@example.org")),
    ("uri", change("text", to="msrp://127.0.0.1:2855/gW7c2Lr40nBvS8hD")),
    ("uri", change("text", to="msrp://127.0.0.1:99999/gW7c2Lr40nBvS8hD;tcp")),
    ("header", patch("text", "Success-Report: yes", "Success-Report:yes")),
    ("header", patch("text", "Success-Report: yes", b"X-Note: \xff\xfe")),
    ("header-twice", change("last", headers=["Message-ID: mA000007", "Message-ID: mA000007", "Byte-Range"])),
    ("message-id", change("last", headers=["Message-ID: m1", "Byte-Range"])),
    ("success-report", patch("text", "Success-Report: yes", "Success-Report: maybe")),
    ("failure-report", patch("partial", "Failure-Report: partial", "Failure-Report: Partial")),
    ("byte-range", patch("last", "Byte-Range: 1-3/3", "Byte-Range: 1-3")),
    ("status-header", patch("report", "Status: 000 200 OK", "Status: 200 OK")),
    ("content-type", change("last", kind="text")),
    ("content-last", patch("last", "Content-Type: text/plain\r\n", "Content-Type: text/plain\r\nX-Note: late\r\n")),
    ("content-last", patch("open", "-------", "\r\n\r\n-------")),
    ("content-last", patch("last", "\r\n\r\nbye\r\n", "\r\n")),
    ("content-last", patch("last", "\r\n\r\nbye\r\n", "\r\n\r\n")),
    ("content-stuff", change("text-ok", kind="text/plain", body=b"hello")),
    ("content-stuff", change("report", kind="text/plain", body=b"hello")),
    ("end-line", patch("last", "-------tA000007", "-------tZ000007")),
    ("end-line", patch("last", "-------tA000007$", "-------tA000007!")),
    ("end-line", patch("open-ok", "-------tA000001", "-------tZ000001")),
    ("body-holds-end", change("last", body=b"my -------tA000007 is here")),
    ("unfinished", patch("last", "-------tA000007$\r\n", "")),
    ("scheme", change("partial", to=PASSIVE.replace("msrp:", "msrps:"))),
    ("scheme", change("text-ok", sender=PASSIVE.replace("msrp:", "msrps:"))),
    ("transact-id-open", both(change("between-chunks", id="tP000003"), change("between-ok", id="tP000003"))),
    ("unanswered", drop("last-ok")),
    ("late", change("last-ok", wait=31.0)),
    ("response-unmatched", after("last-ok", _again("stray", 1, "200 OK", "tNobody1"))),
    ("response-twice", after("last-ok", _again("twice", 1, "200 OK", "tA000007"))),
    ("response-to-report", after("report", _again("thanks", 0, "200 OK", "tP000001"))),
    ("response-unwanted", after("composing", _again("unwanted", 1, "200 OK", "tA000003"))),
    ("response-partial", after("partial", _again("partial-ok", 1, "200 OK", "tA000004"))),
    ("response-to-path", change("last-ok", to=ACTIVE.replace("uA9x", "uA9y"))),
    ("response-to-path", change("last-ok", to=f"{ACTIVE} {ACTIVE}")),
    ("response-from-path", change("last-ok", sender=PASSIVE.replace("2855", "2856"))),
    ("answer-flag", change("last-ok", flag="+")),
    ("answer-flag", change("report", flag="#")),
    ("send-message-id", change("last", headers=["Byte-Range"])),
    ("range-start", change("last", begin=0)),
    ("range-end", patch("last", "1-3/3", "1-4/4")),
    ("range-total", patch("last", "1-3/3", "1-3/2")),
    ("range-total", change("last-chunk", total="4001")),
    ("range-flag", patch("last", "1-3/3", "1-3/9")),
    ("range-flag", change("last", flag="+")),
    ("interruptible", patch("first-chunk", "1-*/", "1-3000/")),
    ("chunk-type", change("last-chunk", kind="text/html")),
    ("chunk-overlap", change("last-chunk", begin=3000, body=b"b" * 1001)),
    ("chunk-gap", change("last-chunk", begin=3002, body=b"b" * 999)),
    ("message-unfinished", both(drop("last-chunk"), drop("last-chunk-ok"))),
    ("message-id-again", after("last-chunk-ok", _text("tP000050", "mP000003", side=1))),
    ("report-headers", change("report", headers=["Message-ID: mA000002", "Byte-Range: 1-RANGE"])),
    ("report-headers", change("report", headers=["Byte-Range: 1-RANGE", "Status: 000 200 OK"])),
    ("report-headers", change("report", headers=["Message-ID: mA000002", "Byte-Range: 1-RANGE", "Status: 000 200 OK",
                                                 "Success-Report: no"])),
    ("report-unmatched", patch("report", "mA000002", "mA000092")),
    ("report-unwanted", patch("text", "Success-Report: yes\r\n", "")),
    ("report-unwanted", after("composing", Step("failure", 1, "REPORT", "tP000009", [
        "Message-ID: mA000003", "Byte-Range: 1-5/5", "Status: 000 408"]))),
    ("report-path", change("report", to=ACTIVE.replace("uA9x", "uA9y"))),
    ("report-range", change("report", headers=["Message-ID: mA000002", "Byte-Range: 1-9999/9999", "Status: 000 200"])),
    ("report-range", after("report", Step("again", 1, "REPORT", "tP000009", [
        "Message-ID: mA000002", "Byte-Range: 1-RANGE", "Status: 000 200 OK"]))),
    ("first-send", both(change("open", start="NICKNAME"), change("open-ok", start="200"))),
    ("passive-first", lambda talk: talk.insert(0, _text("tP000060", "mP000060", side=1))),
    ("path-port", change("partial", to=PASSIVE.replace("2855", "2900"))),
    ("mirror", after("text-ok", _text("tP000061", "mP000061", side=1, to=ACTIVE.replace("uA9x", "uA9y")))),
    ("after-413", both(change("given-up", flag="+", wait=2.0, body=b"c"))),
    ("after-481", both(change("last-ok", start="481 Gone"), after("last-ok", _text("tA000070", "mA000070", wait=2.0)))),
    ("cpim-line-end", body("text", "invalid>\r\nTo", "invalid>\nTo")),
    ("cpim-utf8", body("text", "To: <", b"To: \xff <")),
    ("cpim-utf8", body("text", "To: <", "To: \t<")),
    ("cpim-header", body("text", "DateTime: ", "DateTime:")),
    ("cpim-header", body("text", "Content-length: ", "Content length ")),
    ("cpim-name-case", body("text", "DateTime", "Datetime")),
    ("cpim-who", body("text", "From: <sip:anonymous@anonymous.invalid>\r\n", "")),
    ("cpim-who", body("text", "To: <", "From: <")),
    ("cpim-address", body("text", "To: <sip:anonymous@anonymous.invalid>", "To: sip:anonymous@anonymous.invalid")),
    ("cpim-datetime", body("text", "2026-01-18T15", "2026-01-18 15")),
    ("cpim-datetime", body("text", "2026-01-18T15", "2026-13-18T15")),
    ("cpim-name-space", body("text", "NS: imdn <urn:ietf:params:imdn>", "NS: imdn urn:ietf:params:imdn")),
    ("cpim-prefix", body("text", "NS: imdn <urn:ietf:params:imdn>\r\n", "")),
    ("cpim-escape", body("text", "To: <", "Subject: \\x41\r\nTo: <")),
    ("cpim-require", body("text", "To: <", "Require: nobody.knows\r\nTo: <")),
    ("cpim-blank", body("text", "\r\n\r\nContent-type", "\r\nContent-type")),
    ("cpim-blank", body("text", "\r\n\r\nGr\u00fc\u00dfe", "\r\n")),
    ("cpim-content-type", body("text", "Content-type: text/plain;charset=UTF-8\r\n", "")),
    ("cpim-content-length", body("text", "Content-length: 7", "Content-length: 5")),
    ("text-utf8", body("text", "Gr\u00fc\u00dfe", b"Gr\xfc\xdfe12")),
    ("text-utf8", change("last", body=b"\xe2\x82")),
    ("imdn-ask", body("text", "positive-delivery", "positively-maybe")),
    ("imdn-ask-id", body("text", "DateTime: 2026-01-18T15:30:40Z\r\n", "")),
    ("imdn-ask-id", body("text", "imdn.Message-ID: imdn-0001\r\n", "")),
    ("imdn-disposition", body("notice", "Content-Disposition: notification\r\n", "")),
    ("imdn-for-imdn", body("notice", "DateTime", "imdn.Disposition-Notification: display\r\nDateTime")),
    ("imdn-for-imdn", after("notice-ok", _notice("imdn-0003", "imdn-0002"))),
    ("imdn-xml", body("notice", "<delivered/>", "<received/>")),
    ("imdn-xml", body("notice", "</imdn>", "")),
    ("imdn-xml", body("notice", "<imdn ", "<!DOCTYPE x><imdn ")),
    ("imdn-xml", body("notice", "<message-id>imdn-0001</message-id>", "")),
    ("imdn-unknown", body("notice", "<message-id>imdn-0001", "<message-id>imdn-0009")),
    ("imdn-unknown", body("text", "imdn.Disposition-Notification: positive-delivery, display\r\n", "")),
    ("composing-xml", body("composing", "active", "musing")),
    ("composing-xml", body("composing", "</state>", "")),
]


def write(path, talk, pieces=1, order=None, repeat=False, spoil=None):
    """Writes the conversation; `spoil` may change the packets before they are written."""
    writer = capture.Writer()
    connection = capture.Talk(writer, 40000, PORT)
    length = len(_step(talk, "text").body)
    for step in talk:
        writer.time += step.wait
        octets = step.octets().replace(b"RANGE", b"%d/%d" % (length, length))
        connection.say(step.side, octets, pieces, order, repeat)
    connection.close()
    if spoil:
        spoil(writer)
    writer.write(path)


def _silent(writer):
    capture.Talk(writer, 40001, PORT)
    writer.time += 40
    capture.Talk(writer, 40002, PORT).close()


def _other_octets(writer):
    time, data = writer.packets[3]
    writer.packets.insert(4, (time, data[:-4] + b"?$\r\n"))


# Faults of the capture and the connection, not of a message.
SPOILT = [
    ("capture", lambda writer: writer.packets.pop(5)),
    ("capture", _other_octets),
    ("silent", _silent),
]

SEGMENTATIONS = [
    ("one message, one segment", {}),
    ("each message in three segments", {"pieces": 3}),
    ("each octet in a segment of its own", {"pieces": 10_000}),
    ("segments overtake each other", {"pieces": 5, "order": lambda cuts: cuts[::-1]}),
    ("each segment is repeated", {"pieces": 4, "repeat": True}),
    ("repeated and out of order", {"pieces": 6, "repeat": True, "order": lambda cuts: cuts[1::2] + cuts[::2]}),
]


def self_test(rules):
    failures, options = [], msrp_session.Options()
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "talk.pcap")

    def judged(talk, options=options, **how):
        write(path, talk, **how)
        return msrp_check.check(path, [PORT], options)

    whole = judged(conversation())
    for name, how in SEGMENTATIONS:
        summary = judged(conversation(), **how)
        if summary["errors"] or summary != whole:
            failures.append(f"valid conversation, {name}: {summary['errors'][:3] or summary}")
    expected = {"requests": 11, "responses": 9, "reports": 1, "cpim": 2, "imdn": 1, "composing": 1, "messages": 7}
    failures += [f"valid conversation: {key} is {whole[key]}, not {n}" for key, n in expected.items() if whole[key] != n]

    broken = set()
    cases = [(rule, plant, None) for rule, plant in FAULTS] + [(rule, lambda talk: None, spoil) for rule, spoil in SPOILT]
    for number, (rule, plant, spoil) in enumerate(cases):
        talk = conversation()
        plant(talk)
        found = {error["rule"] for error in judged(talk, spoil=spoil)["errors"]}
        broken.add(rule)
        if rule not in found:
            failures.append(f"fault {number} against {rule} was not found; found {sorted(found)}")
    failures += [f"no fault is planted against {rule}" for rule in rules if rule not in broken]
    failures += [f"a fault against {rule}, which is no rule" for rule in broken if rule not in rules]

    failures += _options(judged) + _rubbish(judged)
    os.remove(path)
    os.rmdir(folder)
    for failure in failures:
        print("msrp_check self test:", failure)
    print(f"msrp_check self test: {len(cases)} faults against {len(rules)} rules, "
          f"{len(SEGMENTATIONS)} segmentations, {'FAILED' if failures else 'all as they should'}")
    return 1 if failures else 0


def _rubbish(judged, rounds=300):
    """No octets make the judge fall over: random damage is told as errors or not at all."""
    chance, failures = random.Random(4975), []

    def spoil(writer):
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(writer.packets))
            time, data = writer.packets[at]
            place = chance.randrange(len(data))
            writer.packets[at] = (time, data[:place] + bytes([chance.randrange(256)]) + data[place + 1:])

    for number in range(rounds):
        try:
            judged(conversation(), spoil=spoil)
        except Exception as error:  # whatever it is, it is the failure
            failures.append(f"damage {number}: {error!r}")
    return failures


def _options(judged):
    """Each option forgives what it says and nothing else."""
    forgiving = [
        ("path-port", {"cema": True}, change("partial", to=PASSIVE.replace("2855", "2900"))),
        ("unanswered", {"allow_open": True}, drop("last-ok")),
        ("between", {"keep_alive": True}, patch("text", "MSRP tA000002", "\r\nMSRP tA000002")),
    ]
    failures = []
    for rule, wish, plant in forgiving:
        talk = conversation()
        plant(talk)
        found = {error["rule"] for error in judged(talk, msrp_session.Options(**wish))["errors"]}
        if rule in found:
            failures.append(f"{wish} does not forgive {rule}")
    talk = conversation()
    drop("report")(talk)
    found = {error["rule"] for error in judged(talk, msrp_session.Options(require_reports=True))["errors"]}
    if found != {"report-unwanted"}:
        failures.append(f"a missing report under require_reports: {sorted(found)}")
    if not msrp_check.shortfalls({"cpim": 1, "errors": []}, "cpim=2"):
        failures.append("a shortfall is not told")
    return failures
