"""MSRP as RFC 4975 clause 9 writes it: octets in, messages out, every departure from the grammar told.

Refuses: to know the product. Written from the grammar alone, strict where a lenient reader would shrug.
In: the octets of one direction of one connection. Out: Message; complaints through `complain(rule, offset, text)`.
"""

import re
from dataclasses import dataclass, field

IDENT = re.compile(rb"[A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}")
START = re.compile(rb"MSRP ([^ ]+) (?:([A-Z]+)|([0-9]{3})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?)")
LOOSE_START = re.compile(rb"MSRP\s+(\S+)\s+(\S+)(.*)", re.IGNORECASE | re.DOTALL)
NEXT_START = re.compile(rb"\nMSRP [^ \r\n]+ [^\r\n]+\r\n")
FOREIGN_END = re.compile(rb"-------([A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31})[+$#]\r\n(?=MSRP |\Z)")
HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9!#$%&'*+\-.^_`|~]*): ([^\x00-\x08\x0a-\x1f\x7f]*)")
URI = re.compile(
    r"(msrps?)://(?:[A-Za-z0-9\-._~!$&'()*+,;=:%]+@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-.]+)(?::([0-9]{1,5}))?"
    r"(?:/([A-Za-z0-9\-._~+=/]+))?;([Tt][Cc][Pp])((?:;[A-Za-z0-9\-.!%*_+`'~]+(?:=[A-Za-z0-9\-.!%*_+`'~]+)?)*)"
)
BYTE_RANGE = re.compile(r"([0-9]+)-([0-9]+|\*)/([0-9]+|\*)")
STATUS = re.compile(r"000 ([0-9]{3})(?: .*)?")
TOKEN = r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+"
MEDIA_TYPE = re.compile(rf"{TOKEN}/{TOKEN}(?: *; *{TOKEN}=(?:{TOKEN}|\"[^\"]*\"))*")
CODES = {200, 400, 403, 408, 413, 415, 423, 425, 481, 501, 506}
ONCE = {"message-id", "success-report", "failure-report", "byte-range", "status", "content-type", "to-path", "from-path"}

RULES = {
    "between": "nothing stands between two messages",
    "start-line": "MSRP SP transact-id SP (method / 3DIGIT [SP comment]) CRLF",
    "transact-id": "an ident has 4 to 32 characters of its alphabet",
    "status-code": "a response has one of the codes of RFC 4975 clause 10",
    "line-end": "every line ends with CRLF",
    "paths-first": "To-Path, then From-Path, then everything else",
    "uri": "msrp(s)://authority[/session-id];tcp*(;param)",
    "header": "name, colon, one space, value in UTF-8 without controls",
    "header-twice": "a header of RFC 4975 stands once",
    "message-id": "a Message-ID is an ident",
    "success-report": "Success-Report is yes or no",
    "failure-report": "Failure-Report is yes, no or partial",
    "byte-range": "Byte-Range is start-(end|*)/(total|*)",
    "status-header": "Status is 000 SP 3DIGIT [SP comment]",
    "content-type": "type/subtype *(;parameter)",
    "content-last": "Content-Type is the last header, then a blank line; without it there is no blank line",
    "content-stuff": "a response and a REPORT have no content",
    "end-line": "seven hyphens, the message's own transact-id, one of + $ #, CRLF",
    "body-holds-end": "a body does not contain its own end-line",
    "unfinished": "a message that began is ended",
}


@dataclass
class Uri:
    scheme: str
    host: str
    port: int
    session: str

    def key(self):
        """Equal for URIs that RFC 4975 6.1 calls equal."""
        return (self.scheme, self.host.lower(), self.port, self.session)


@dataclass
class Message:
    start: int                  # offset of its first octet in the direction
    transact_id: bytes
    method: str = None          # of a request
    code: int = None            # of a response
    headers: dict = field(default_factory=dict)     # lower-case name -> value
    to_path: list = field(default_factory=list)
    from_path: list = field(default_factory=list)
    body: bytes = None
    body_at: int = 0
    flag: str = "$"
    end: int = 0


def read_uri(text):
    found = URI.fullmatch(text)
    if not found or (found[3] and int(found[3]) > 65535):
        return None
    return Uri(found[1].lower(), found[2], int(found[3] or 2855), found[4] or "")


def messages(data, complain):
    """Reads a whole direction; after a fault it goes on at the next thing that looks like a start."""
    data = bytes(data)
    reader, at = _Reader(data, complain), 0
    while at < len(data):
        message, at = reader.message(at)
        if message is not None:
            yield message


class _Reader:
    def __init__(self, data, complain):
        self.data, self.complain = data, complain

    def message(self, at):
        line, after = self.line(at)
        if line is None:
            return None, len(self.data)
        if not line.upper().startswith(b"MSRP"):
            self.complain("between", at, f"{len(line)} octets that begin no message")
            return None, self.resume(at)
        message = self.start_line(line, at)
        if message is None:
            return None, self.resume(at)
        at, has_content = self.headers(message, after)
        if at is None:
            return None, len(self.data)
        message.end = self.content(message, at) if has_content else self.end_line(message, at)
        if message.end is None:
            return None, len(self.data)
        self.judge(message)
        return message, message.end

    def resume(self, at):
        found = NEXT_START.search(self.data, at)
        return found.start() + 1 if found else len(self.data)

    def line(self, at):
        """One line without its end, and where the next begins."""
        end = self.data.find(b"\n", at)
        if end < 0:
            self.complain("unfinished", at, "the stream ends within a line")
            return None, len(self.data)
        if end == at or self.data[end - 1] != 13:
            self.complain("line-end", at, "a line without CR before LF")
            return self.data[at:end], end + 1
        return self.data[at:end - 1], end + 1

    def start_line(self, line, at):
        found = START.fullmatch(line)
        if not found:
            self.complain("start-line", at, "not a start line")
            found = LOOSE_START.fullmatch(line)
            if not found:
                return None
            is_code = re.fullmatch(rb"[0-9]+", found[2])
            message = Message(at, found[1], None if is_code else _text(found[2]), int(found[2]) if is_code else None)
        else:
            message = Message(at, found[1], _text(found[2]) if found[2] else None, int(found[3]) if found[3] else None)
            if found[4] is not None and _utf8(found[4]) is None:
                self.complain("start-line", at, "a comment that is not UTF-8")
        if not IDENT.fullmatch(message.transact_id):
            self.complain("transact-id", at, f"{len(message.transact_id)} characters or a foreign one")
        if message.code is not None and message.code not in CODES:
            self.complain("status-code", at, f"{message.code}")
        return message

    def headers(self, message, at):
        """Reads to the end-line or past the blank line. Returns (offset, whether content follows)."""
        order = []
        while True:
            if self.data.startswith(b"-------", at):
                self.order(message, order, at)
                if "content-type" in message.headers:
                    self.complain("content-last", at, "a Content-Type and no content")
                return at, False
            line, after = self.line(at)
            if line is None:
                return None, False
            if line == b"":
                self.order(message, order, at)
                if order[-1:] != ["content-type"]:
                    self.complain("content-last", at, "a blank line and no Content-Type before it")
                return after, True
            found = HEADER.fullmatch(line)
            value = _utf8(found[2]) if found else None
            if value is None:
                self.complain("header", at, f"a line of {len(line)} octets that is no header")
                order.append("?")
            else:
                name = _text(found[1]).lower()
                if name in ONCE and name in message.headers:
                    self.complain("header-twice", at, name)
                message.headers.setdefault(name, value)
                order.append(name)
                self.value(message, name, value, at)
            at = after

    def order(self, message, order, at):
        if order[:2] != ["to-path", "from-path"]:
            self.complain("paths-first", at, f"the headers begin with {', '.join(order[:2]) or 'nothing'}")
        if "content-type" in order[:-1]:
            self.complain("content-last", at, "a header after Content-Type")

    def value(self, message, name, value, at):
        if name in ("to-path", "from-path"):
            path = message.to_path if name == "to-path" else message.from_path
            for word in value.split(" "):
                uri = read_uri(word)
                if uri is None:
                    self.complain("uri", at, f"in {name}")
                else:
                    path.append(uri)
        elif name == "message-id" and not IDENT.fullmatch(value.encode()):
            self.complain("message-id", at, "not an ident")
        elif name == "success-report" and value not in ("yes", "no"):
            self.complain("success-report", at, value)
        elif name == "failure-report" and value not in ("yes", "no", "partial"):
            self.complain("failure-report", at, value)
        elif name == "byte-range" and not BYTE_RANGE.fullmatch(value):
            self.complain("byte-range", at, value)
        elif name == "status" and not STATUS.fullmatch(value):
            self.complain("status-header", at, value)
        elif name == "content-type" and not MEDIA_TYPE.fullmatch(value):
            self.complain("content-type", at, value)

    def end_line(self, message, at):
        line, after = self.line(at)
        if line is None:
            return None
        if line[7:-1] != message.transact_id or line[-1:] not in (b"+", b"$", b"#"):
            self.complain("end-line", at, "of another transaction, or with a foreign flag")
        message.flag = line[-1:].decode("latin-1")
        return after

    def content(self, message, at):
        message.body_at = at
        own = b"-------" + message.transact_id
        if self.data.startswith(own, at):
            self.complain("content-last", at, "no line end between the blank line and the end-line")
            return self.end_line(message, at)
        found = self.own_end(own, at)
        if found is None:
            return self.foreign_end(message, at)
        message.body = self.data[at:found]
        if own in message.body:
            self.complain("body-holds-end", at, "the body has the message's own end-line in it")
        return self.end_line(message, found + 2)

    def own_end(self, own, at):
        """Where the line end before the message's own end-line is; one with a proper flag before any other."""
        first = found = self.data.find(b"\r\n" + own, at)
        while found >= 0:
            after = found + 2 + len(own)
            if self.data[after:after + 1] in (b"+", b"$", b"#") and self.data[after + 1:after + 3] == b"\r\n":
                return found
            found = self.data.find(b"\r\n" + own, found + 1)
        return first if first >= 0 else None

    def foreign_end(self, message, at):
        """No end-line of its own anywhere: perhaps one of another id."""
        found = FOREIGN_END.search(self.data, at)
        if not found:
            self.complain("unfinished", message.start, "no end-line")
            return None
        self.complain("end-line", found.start(), "of another transaction")
        message.body = self.data[at:max(at, found.start() - 2)]
        message.flag = chr(self.data[found.end() - 3])
        return found.end()

    def judge(self, message):
        is_bodiless = message.code is not None or message.method == "REPORT"
        if is_bodiless and message.body is not None:
            self.complain("content-stuff", message.start, "content where none belongs")


def _utf8(octets):
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _text(octets):
    return octets.decode("latin-1")
