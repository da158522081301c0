"""What two ends of an MSRP connection owe each other (RFC 4975 clauses 5 to 7), read from both directions.

Refuses: to know the product or to forgive a peer. Sessions, messages and reports are followed over all the
connections of a capture, because a report may come home on another connection than its message.
In: Streams of a capture. Out: Counts and Errors.
"""

from dataclasses import asdict, dataclass, field

import cpim_grammar
import msrp_grammar
from msrp_grammar import BYTE_RANGE, STATUS

ANSWER_WITHIN = 30.0    # RFC 4975 7.1.1: the sender stops waiting
BIND_WITHIN = 30.0      # a connection that binds to no session is closed
IN_FLIGHT = 1.0         # what may still be under way when a refusal arrives
INTERRUPTIBLE = 2048    # RFC 4975 5.1: a longer chunk has no fixed end

RULES = {
    "capture": "the capture has every octet, and a retransmission repeats its own",
    "scheme": "msrps: is for TLS",
    "transact-id-open": "a transact-id is not used again while its request waits",
    "unanswered": "a SEND that wants an answer gets one",
    "late": "an answer comes within 30 s",
    "response-unmatched": "a response answers a request of this connection",
    "response-twice": "a request is answered once",
    "response-to-report": "a REPORT is not answered",
    "response-unwanted": "Failure-Report: no is not answered",
    "response-partial": "Failure-Report: partial is answered with failures only",
    "response-to-path": "a response's To-Path is the first URI of the request's From-Path",
    "response-from-path": "a response's From-Path is the first URI of the request's To-Path",
    "answer-flag": "responses and REPORTs end with $",
    "send-message-id": "a SEND has a Message-ID",
    "range-start": "a Byte-Range begins at 1 or later",
    "range-end": "a Byte-Range ends where the body ends",
    "range-total": "a Byte-Range ends within its total, and the total does not change",
    "range-flag": "$ stands at the last octet and + before it",
    "interruptible": "a chunk of more than 2048 octets has * for its end",
    "chunk-type": "chunks of one message have one Content-Type",
    "chunk-overlap": "no octet of a message is sent twice",
    "chunk-gap": "the chunks of an ended message leave no gap",
    "message-unfinished": "a message is ended with $ or #",
    "message-id-again": "a message that ended does not go on",
    "report-headers": "a REPORT has Message-ID, Byte-Range and Status, and asks for no report",
    "report-unmatched": "a REPORT speaks of a message of this capture",
    "report-unwanted": "a report is sent to who asked for it",
    "report-path": "a REPORT goes the whole From-Path back",
    "report-range": "a success REPORT covers octets that were sent, each once",
    "first-send": "the active side begins with a SEND",
    "passive-first": "the passive side is silent until the first SEND has come",
    "path-port": "the active side connects to the first URI of the path",
    "mirror": "the passive side's paths are the active side's, turned round",
    "after-413": "after 413 no more of this message but its #",
    "after-481": "after 481 or 506 the session is over",
    "silent": "a connection on which the active side says nothing for 30 s is closed",
}


@dataclass
class Options:
    cema: bool = False              # RFC 6714: the connection may go elsewhere than the path says
    allow_open: bool = False        # the capture may end, or the connection break, before an answer
    keep_alive: bool = False        # CRLF between messages is a keep-alive
    require_reports: bool = False   # each success report that was asked for was sent


@dataclass
class Counts:
    streams: int = 0
    requests: int = 0       # without REPORT
    sends: int = 0
    responses: int = 0
    reports: int = 0
    messages: int = 0       # whole messages with content
    cpim: int = 0
    imdn: int = 0
    composing: int = 0
    keep_alives: int = 0
    unreported: int = 0     # success reports asked for and not seen


@dataclass
class Error:
    rule: str
    stream: int
    side: str
    frame: int
    offset: int
    text: str


@dataclass
class Whole:
    """One message under reassembly."""
    request: object
    place: tuple
    chunks: list = field(default_factory=list)      # (start, octets)
    requests: list = field(default_factory=list)
    total: int = None
    ended: bool = False
    abandoned: bool = False
    refused: bool = False
    refused_413_at: float = None
    reported: list = field(default_factory=list)


class Check:
    """The whole capture."""

    def __init__(self, options):
        self.options, self.counts, self.errors = options, Counts(), []
        self.wholes, self.by_id, self.wrapped = {}, {}, []

    def run(self, streams):
        for stream in streams:
            _Connection(self, stream).run()
        for whole in self.wholes.values():
            self.judge_whole(whole)
        self.judge_notifications()
        return {**asdict(self.counts), "errors": [asdict(error) for error in self.errors]}

    def whole(self, key, request, place):
        """The message that a chunk belongs to; a new one when this is its first."""
        if key not in self.wholes:
            self.wholes[key] = Whole(request, place)
            self.by_id.setdefault(request.headers["message-id"], []).append(self.wholes[key])
        return self.wholes[key]

    def complain(self, rule, place, text):
        stream, side, offset = place
        frame = stream.directions[side].brought(offset)[0] if stream.directions[side].data else 0
        self.errors.append(Error(rule, stream.number, ("active", "passive")[side], frame, offset, text))

    def judge_whole(self, whole):
        at, end = 1, whole.total
        content = bytearray()
        for start, octets in sorted(whole.chunks, key=lambda chunk: chunk[0]):
            if start < at and octets:
                self.complain("chunk-overlap", whole.place, f"octets {start} to {at - 1}")
            elif start > at and whole.ended:
                self.complain("chunk-gap", whole.place, f"octets {at} to {start - 1}")
            content[start - 1:start - 1 + len(octets)] = octets
            at = max(at, start + len(octets))
        is_over = whole.ended or whole.abandoned or whole.refused or self.options.allow_open
        if not is_over:
            self.complain("message-unfinished", whole.place, f"{len(whole.chunks)} chunks")
        if whole.ended and end is not None and at - 1 < end:
            self.complain("chunk-gap", whole.place, f"octets {at} to {end}")
        wants_report = whole.request.headers.get("success-report") == "yes"
        if wants_report and whole.ended and not whole.refused and not whole.reported:
            self.counts.unreported += 1
            if self.options.require_reports:
                self.complain("report-unwanted", whole.place, "a success report was asked for and did not come")
        if whole.ended and whole.request.body is not None:
            self.counts.messages += 1
            self.judge_content(whole, bytes(content))

    def judge_content(self, whole, content):
        content_type = whole.request.headers.get("content-type", "")
        tell = lambda rule, text: self.complain(rule, whole.place, text)
        wrapped = cpim_grammar.check_content(content_type, content, tell)
        if wrapped is not None:
            self.counts.cpim += 1
            self.counts.imdn += wrapped.kind == "message/imdn+xml"
            self.wrapped.append((wrapped, whole.place))
        kinds = (cpim_grammar.media(content_type)[0], wrapped.kind if wrapped else "")
        self.counts.composing += "application/im-iscomposing+xml" in kinds

    def judge_notifications(self):
        """RFC 5438: a notification speaks of a message that asked, and never of another notification."""
        asked = {wrapped.imdn_id: wrapped for wrapped, _ in self.wrapped if wrapped.imdn_id}
        for wrapped, place in self.wrapped:
            if wrapped.notifies is None:
                continue
            about = asked.get(wrapped.notifies)
            if about is not None and about.kind == "message/imdn+xml":
                self.complain("imdn-for-imdn", place, "a notification of a notification")
            elif about is None or not about.asked:
                self.complain("imdn-unknown", place, "of a message that did not ask")


class _Connection:
    """One connection: both directions merged in the order of their packets."""

    def __init__(self, check, stream):
        self.check, self.stream, self.options = check, stream, check.options
        self.requests = ({}, {})        # per side: transact-id -> [request, time of its end, answered]
        self.sessions = set()           # (to, from) keys that the active side opened
        self.over = {}                  # session key -> when 481 or 506 came
        self.has_begun = False

    def complain(self, rule, side, offset, text):
        self.check.complain(rule, (self.stream, side, offset), text)

    def run(self):
        self.check.counts.streams += 1
        events = []
        for side, direction in enumerate(self.stream.directions):
            if direction.lost or direction.differs:
                text = "octets are missing" if direction.lost else "a retransmission with other octets"
                self.complain("capture", side, max(len(direction.data) - 1, 0), text)
            for message in msrp_grammar.messages(direction.data, self.grammar(side)):
                frame, time = direction.brought(message.start)
                events.append(((frame, message.start, 1), time, "start", side, message))
                frame, time = direction.brought(message.end - 1)
                events.append(((frame, message.end, 0), time, "end", side, message))
        for _, time, what, side, message in sorted(events, key=lambda event: event[0]):
            if what == "end":
                self.ended(side, message, time)
            elif message.code is not None:
                self.response(side, message, time)
            else:
                self.request(side, message, time)
        self.rest()

    def grammar(self, side):
        def complain(rule, offset, text):
            data = self.stream.directions[side].data
            if rule in ("line-end", "between") and self.options.keep_alive and data[offset:offset + 2] == b"\r\n":
                self.check.counts.keep_alives += 1
                return
            if rule == "unfinished" and self.options.allow_open:
                return
            self.complain(rule, side, offset, text)
        return complain

    # A request begins.

    def request(self, side, message, time):
        counts = self.check.counts
        counts.reports += message.method == "REPORT"
        counts.requests += message.method != "REPORT"
        counts.sends += message.method == "SEND"
        known = self.requests[side].get(message.transact_id)
        if known and not known["answered"] and _wants_answer(known["request"]):
            self.complain("transact-id-open", side, message.start, "the earlier request still waits")
        self.requests[side][message.transact_id] = {"request": message, "ended": None, "answered": False}
        self.paths(side, message, time)
        if message.method == "SEND":
            self.send(side, message, time)
        elif message.method == "REPORT":
            self.report(side, message)

    def paths(self, side, message, time):
        if any(uri.scheme != "msrp" for uri in message.to_path + message.from_path):
            self.complain("scheme", side, message.start, "on a connection without TLS")
        if not message.to_path or not message.from_path:
            return
        session = _session(message)
        if side == 0:
            if not self.has_begun and message.method not in ("SEND", "AUTH"):
                self.complain("first-send", side, message.start, f"{message.method} comes first")
            self.has_begun = True
            self.sessions.add(session)
            port = message.to_path[0].port
            if not self.options.cema and port != self.stream.server[1]:
                self.complain("path-port", side, message.start, f"to {port} over {self.stream.server[1]}")
        elif not self.has_begun:
            self.complain("passive-first", side, message.start, message.method)
        elif session[::-1] not in self.sessions:
            self.complain("mirror", side, message.start, message.method)
        over = self.over.get(session)
        if message.method == "SEND" and over is not None and time > over + IN_FLIGHT:
            self.complain("after-481", side, message.start, f"{time - over:.1f} s later")

    def send(self, side, message, time):
        if "message-id" not in message.headers:
            self.complain("send-message-id", side, message.start, "missing")
            return
        at = self.check.whole(self.key(message), message, (self.stream, side, message.start)).refused_413_at
        if at is not None and time > at + IN_FLIGHT and message.flag != "#":
            self.complain("after-413", side, message.start, f"{time - at:.1f} s later")

    def report(self, side, message):
        missing = [name for name in ("message-id", "byte-range", "status") if name not in message.headers]
        foreign = [name for name in ("success-report", "failure-report") if name in message.headers]
        if missing or foreign:
            self.complain("report-headers", side, message.start, f"missing {missing}, foreign {foreign}")
        status = STATUS.fullmatch(message.headers.get("status", ""))
        if missing or not status or not message.to_path or not message.from_path:
            return
        same_id = self.check.by_id.get(message.headers["message-id"], [])
        sender = message.from_path[-1].key()
        about = [whole for whole in same_id if whole.request.to_path[-1:] and whole.request.to_path[-1].key() == sender]
        if not about:
            self.complain("report-unmatched", side, message.start, "no such message before it")
            return
        whole, is_success = about[-1], status[1] == "200"
        asked = whole.request.headers
        wanted = asked.get("success-report") == "yes" if is_success else asked.get("failure-report") != "no"
        if not wanted:
            self.complain("report-unwanted", side, message.start, f"status {status[1]}")
        if _keys(message.to_path) != _keys(whole.request.from_path):
            self.complain("report-path", side, message.start, "To-Path is not the message's From-Path")
        if is_success:
            self.report_range(side, message, whole)

    def report_range(self, side, message, whole):
        found = BYTE_RANGE.fullmatch(message.headers["byte-range"])
        if not found:
            return
        sent = max((start + len(octets) - 1 for start, octets in whole.chunks), default=0)
        start, end = int(found[1]), sent if found[2] == "*" else int(found[2])
        is_within = 1 <= start and end <= sent and (found[3] == "*" or int(found[3]) == (whole.total or sent))
        is_new = all(end < first or last < start for first, last in whole.reported)
        if not is_within or not is_new:
            self.complain("report-range", side, message.start, f"{start}-{end} of {sent} sent")
        whole.reported.append((start, end))

    # A request has ended: its body is known.

    def ended(self, side, message, time):
        if (message.code is not None or message.method == "REPORT") and message.flag != "$":
            self.complain("answer-flag", side, message.end - 1, message.flag)
        if message.code is not None:
            return
        record = self.requests[side].get(message.transact_id)
        if record:
            record["ended"] = time
        if message.method == "SEND" and "message-id" in message.headers:
            self.chunk(side, message)

    def chunk(self, side, message):
        body = message.body or b""
        whole = self.check.wholes[self.key(message)]
        if whole.ended or whole.abandoned:
            self.complain("message-id-again", side, message.start, "after its end")
        if whole.chunks and whole.request.headers.get("content-type") != message.headers.get("content-type"):
            self.complain("chunk-type", side, message.start, "another Content-Type than its first chunk")
        start = self.range(side, message, whole, body)
        whole.chunks.append((start, body))
        whole.requests.append(message)
        if message.flag == "$":
            whole.ended = True
            whole.total = whole.total if whole.total is not None else start + len(body) - 1
        whole.abandoned |= message.flag == "#"

    def range(self, side, message, whole, body):
        """Judges the Byte-Range of a chunk; returns where the chunk begins."""
        found = BYTE_RANGE.fullmatch(message.headers.get("byte-range", "1-*/*"))
        if not found:
            return 1
        start, total = int(found[1]), None if found[3] == "*" else int(found[3])
        last = start + len(body) - 1
        tell = lambda rule, text: self.complain(rule, side, message.start, text)
        if start < 1:
            tell("range-start", found[0])
        if found[2] != "*":
            if int(found[2]) != last:
                tell("range-end", f"says {found[2]}, ends at {last}")
            if len(body) > INTERRUPTIBLE:
                tell("interruptible", f"{len(body)} octets with a fixed end")
        if total is not None:
            if last > total or (whole.total is not None and whole.total != total):
                tell("range-total", f"ends at {last} of {total}, was of {whole.total}")
            if (message.flag == "$" and last < total) or (message.flag == "+" and last >= total):
                tell("range-flag", f"{message.flag} at {last} of {total}")
            whole.total = whole.total if whole.total is not None else total
        return max(start, 1)

    # A response.

    def response(self, side, message, time):
        self.check.counts.responses += 1
        record = self.requests[1 - side].get(message.transact_id)
        tell = lambda rule, text: self.complain(rule, side, message.start, text)
        if record is None:
            return tell("response-unmatched", f"{message.code}")
        request = record["request"]
        if request.method == "REPORT":
            return tell("response-to-report", f"{message.code}")
        if record["answered"]:
            tell("response-twice", f"{message.code}")
        record["answered"] = True
        wish = request.headers.get("failure-report", "yes")
        if wish == "no":
            tell("response-unwanted", f"{message.code}")
        if wish == "partial" and message.code == 200:
            tell("response-partial", "200")
        if record["ended"] is not None and time > record["ended"] + ANSWER_WITHIN:
            tell("late", f"{time - record['ended']:.1f} s")
        if any(uri.scheme != "msrp" for uri in message.to_path + message.from_path):
            tell("scheme", "on a connection without TLS")
        if _keys(message.to_path) != _keys(request.from_path[:1]):
            tell("response-to-path", "not the first URI of the request's From-Path")
        if _keys(message.from_path) != _keys(request.to_path[:1]):
            tell("response-from-path", "not the first URI of the request's To-Path")
        self.refusal(request, message.code, time)

    def refusal(self, request, code, time):
        whole = self.check.wholes.get(self.key(request)) if request.method == "SEND" else None
        if whole is not None:
            whole.refused |= code != 200
            if code == 413:
                whole.refused_413_at = time
        if code in (481, 506) and request.to_path and request.from_path:
            self.over.setdefault(_session(request), time)

    # The end of the connection.

    def rest(self):
        for side in (0, 1):
            for record in self.requests[side].values():
                if not record["answered"] and _wants_answer(record["request"]) and not self.options.allow_open:
                    self.complain("unanswered", side, record["request"].start, record["request"].method)
        opened, (active, passive) = self.stream.opened, self.stream.directions
        if opened is not None and not active.data:
            closed = min(t for t in (active.closed, passive.closed, self.stream.ended) if t is not None)
            if closed - opened > BIND_WITHIN + IN_FLIGHT:
                self.complain("silent", 0, 0, f"open for {closed - opened:.0f} s")

    def key(self, message):
        return (_keys(message.to_path), _keys(message.from_path[-1:]), message.headers.get("message-id"))


def _keys(path):
    return tuple(uri.key() for uri in path)


def _session(message):
    """A session as its two ends: relays before them may differ by direction."""
    return (message.to_path[-1].key(), message.from_path[-1].key())


def _wants_answer(request):
    wish = request.headers.get("failure-report", "yes") if request.method == "SEND" else "yes"
    return request.method != "REPORT" and wish not in ("no", "partial")
