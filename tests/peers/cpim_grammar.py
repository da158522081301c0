"""CPIM (RFC 3862), IMDN (RFC 5438) and isComposing (RFC 3994) as they stand on the wire of a chat.

Refuses: bare LF, an undeclared name space, a length that lies, a notification that asks for one.
In: one whole message and its Content-Type. Out: Wrapped, complaints through `complain(rule, text)`.
"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

NAME = r"[A-Za-z0-9!#$%&'*+\-^_`|~]+"
HEADER = re.compile(rf"((?:{NAME}\.)?{NAME}):((?:;[^ ]+)*) (.*)", re.DOTALL)
MIME_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+\-.^_`|~]+):[ \t]*(.*)", re.DOTALL)
ADDRESS = re.compile(r"(?:(?:[A-Za-z0-9!#$%&'*+\-.^_`|~]+ )*|\"(?:[^\"\\]|\\.)*\" ?)<[A-Za-z][A-Za-z0-9+.\-]*:[^<> ]+>")
NAME_SPACE = re.compile(rf"(?:({NAME}) )?<([A-Za-z][A-Za-z0-9+.\-]*:[^<> ]+)>")
DATE_TIME = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)"
    r"(\.[0-9]+)?(Z|[+\-]([01][0-9]|2[0-3]):[0-5][0-9])")
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|[btnr\"'\\])")
KNOWN = {"From", "To", "cc", "DateTime", "Subject", "NS", "Require"}
UNDERSTOOD = {"imdn", "cpm"}
IMDN = "urn:ietf:params:imdn"
IMDN_XML = "{urn:ietf:params:xml:ns:imdn}"
COMPOSING_XML = "{urn:ietf:params:xml:ns:im-iscomposing}"
ASKED = {"positive-delivery", "negative-delivery", "processing", "display", "interworking"}
OUTCOMES = {
    "delivery-notification": {"delivered", "failed", "forbidden", "error"},
    "processing-notification": {"processed", "stored", "forbidden", "error"},
    "display-notification": {"displayed", "forbidden", "error"},
}

RULES = {
    "cpim-line-end": "CPIM lines end with CRLF",
    "cpim-utf8": "CPIM headers are UTF-8 without controls",
    "cpim-header": "Name: value, one space",
    "cpim-name-case": "CPIM header names are case-sensitive",
    "cpim-who": "there is one From and at least one To",
    "cpim-address": "[name] <URI>",
    "cpim-datetime": "DateTime is an RFC 3339 moment",
    "cpim-name-space": "NS is [prefix] <URI>",
    "cpim-prefix": "a prefix is declared by NS before it is used",
    "cpim-escape": "a backslash begins one of the escapes",
    "cpim-require": "what is required is understood",
    "cpim-blank": "a blank line between CPIM and MIME headers, and one before the content",
    "cpim-content-type": "the wrapped part says what it is",
    "cpim-content-length": "Content-length is the number of octets that follow",
    "text-utf8": "text that says UTF-8 is UTF-8",
    "imdn-ask": "Disposition-Notification lists known notifications",
    "imdn-ask-id": "who asks for a notification gives a Message-ID and a DateTime",
    "imdn-disposition": "a notification is marked Content-Disposition: notification",
    "imdn-for-imdn": "no notification is asked for, or sent for, a notification",
    "imdn-xml": "an IMDN document has message-id, datetime and one notification with one outcome",
    "imdn-unknown": "a notification speaks of a message that asked for it",
    "composing-xml": "an isComposing document has the state active or idle",
}


@dataclass
class Wrapped:
    """What a CPIM message said, as far as it could be read."""
    headers: list = field(default_factory=list)     # (name, value)
    kind: str = ""              # the wrapped type, lower case, without parameters
    imdn_id: str = None
    asked: set = field(default_factory=set)
    notifies: str = None        # of an IMDN: the message-id it speaks of
    notification: str = None


def media(content_type):
    """(type/subtype in lower case, charset or None)."""
    parts = [part.strip() for part in content_type.split(";")]
    charset = [part.split("=", 1)[1].strip('"').lower() for part in parts[1:] if part.lower().startswith("charset=")]
    return parts[0].lower(), (charset or [None])[0]


def check_content(content_type, content, complain):
    """Judges whole content by its type. Returns Wrapped for CPIM, else None."""
    kind, charset = media(content_type)
    if kind == "message/cpim":
        return _cpim(content, complain)
    _plain(kind, charset, content, complain)
    return None


def _plain(kind, charset, content, complain):
    if kind == "text/plain" and charset in (None, "utf-8"):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            complain("text-utf8", f"octet {error.start} of {len(content)}")
    elif kind == "application/im-iscomposing+xml":
        root = _xml(content)
        states = [] if root is None else [state.text for state in root.findall(COMPOSING_XML + "state")]
        if root is None or root.tag != COMPOSING_XML + "isComposing" or states not in (["active"], ["idle"]):
            complain("composing-xml", f"{len(content)} octets")


def _cpim(content, complain):
    wrapped = Wrapped()
    lines, rest = _block(content, complain)
    spaces = {}
    for line in lines:
        found = HEADER.fullmatch(line)
        if not found:
            is_mime = line.lower().startswith("content-")
            complain("cpim-blank" if is_mime else "cpim-header", f"a line of {len(line)} characters")
            continue
        if found[1].lower().startswith("content-"):
            complain("cpim-blank", f"{found[1]} among the CPIM headers")
            continue
        wrapped.headers.append((found[1], found[3]))
        _header(found[1], found[3], spaces, wrapped, complain)
    names = [name for name, _ in wrapped.headers]
    if names.count("From") != 1 or "To" not in names:
        complain("cpim-who", f"{names.count('From')} From, {names.count('To')} To")
    if rest is None:
        complain("cpim-blank", "no blank line after the CPIM headers")
        return wrapped
    lines, body = _block(rest, complain)
    if body is None:
        complain("cpim-blank", "no blank line before the content")
        return wrapped
    _part(lines, body, wrapped, complain)
    return wrapped


def _block(octets, complain):
    """The lines before the first empty one, and what follows it (None when there is none)."""
    lines = []
    while True:
        line, newline, rest = octets.partition(b"\n")
        if not newline:
            return lines, None
        if not line.endswith(b"\r"):
            complain("cpim-line-end", f"header line {len(lines) + 1}")
        line = line.removesuffix(b"\r")
        if line == b"":
            return lines, rest
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            complain("cpim-utf8", f"header line {len(lines) + 1}")
            text = line.decode("latin-1")
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            complain("cpim-utf8", f"a control in header line {len(lines) + 1}")
        lines.append(text)
        octets = rest


def _header(name, value, spaces, wrapped, complain):
    if name not in KNOWN and any(name.lower() == known.lower() for known in KNOWN):
        complain("cpim-name-case", name)
    if "\\" in ESCAPE.sub("", value):
        complain("cpim-escape", f"in {name}")
    if name in ("From", "To", "cc") and not ADDRESS.fullmatch(value):
        complain("cpim-address", f"in {name}")
    elif name == "DateTime" and not DATE_TIME.fullmatch(value):
        complain("cpim-datetime", f"{len(value)} characters")
    elif name == "NS":
        found = NAME_SPACE.fullmatch(value)
        if found:
            spaces[found[1] or ""] = found[2]
        else:
            complain("cpim-name-space", f"{len(value)} characters")
    elif name == "Require":
        for wanted in value.split(","):
            if wanted.split(".")[0] not in UNDERSTOOD | KNOWN:
                complain("cpim-require", wanted)
    elif "." in name:
        prefix, local = name.split(".", 1)
        if prefix not in spaces:
            complain("cpim-prefix", name)
        elif spaces[prefix] == IMDN:
            _imdn_header(local, value, wrapped, complain)


def _imdn_header(local, value, wrapped, complain):
    if local == "Message-ID":
        wrapped.imdn_id = value
    elif local == "Disposition-Notification":
        wrapped.asked = {word.strip() for word in value.split(",")}
        if not wrapped.asked <= ASKED:
            complain("imdn-ask", ", ".join(sorted(wrapped.asked - ASKED)))


def _part(lines, body, wrapped, complain):
    """The MIME part inside."""
    headers = {}
    for line in lines:
        found = MIME_HEADER.fullmatch(line)
        if found:
            headers[found[1].lower()] = found[2]
        else:
            complain("cpim-header", f"a MIME line of {len(line)} characters")
    if "content-type" not in headers:
        complain("cpim-content-type", "missing")
    wrapped.kind, charset = media(headers.get("content-type", ""))
    length = headers.get("content-length")
    if length is not None and length != str(len(body)):
        complain("cpim-content-length", f"says {length[:12]}, is {len(body)}")
    names = [name for name, _ in wrapped.headers]
    if wrapped.asked and (wrapped.imdn_id is None or "DateTime" not in names):
        complain("imdn-ask-id", "no Message-ID or no DateTime")
    if wrapped.kind == "message/imdn+xml":
        if headers.get("content-disposition", "").lower() != "notification":
            complain("imdn-disposition", headers.get("content-disposition", "missing"))
        if wrapped.asked:
            complain("imdn-for-imdn", "a notification asks for one")
        _imdn(body, wrapped, complain)
    else:
        _plain(wrapped.kind, charset, body, complain)


def _imdn(body, wrapped, complain):
    root = _xml(body)
    if root is None or root.tag != IMDN_XML + "imdn":
        complain("imdn-xml", "not an IMDN document")
        return
    ids = [child.text for child in root.findall(IMDN_XML + "message-id")]
    moments = [child.text or "" for child in root.findall(IMDN_XML + "datetime")]
    told = [child for child in root if child.tag.removeprefix(IMDN_XML) in OUTCOMES]
    if len(ids) != 1 or not ids[0] or len(moments) != 1 or not DATE_TIME.fullmatch(moments[0]) or len(told) != 1:
        complain("imdn-xml", f"{len(ids)} message-id, {len(moments)} datetime, {len(told)} notifications")
        return
    wrapped.notifies, wrapped.notification = ids[0], told[0].tag.removeprefix(IMDN_XML)
    outcomes = [child.tag.removeprefix(IMDN_XML) for status in told[0].findall(IMDN_XML + "status") for child in status]
    if len(outcomes) != 1 or outcomes[0] not in OUTCOMES[wrapped.notification]:
        complain("imdn-xml", f"{wrapped.notification} says {', '.join(outcomes) or 'nothing'}")


def _xml(octets):
    """The document, or None. A document type is refused: nothing here has one, and it can hold a bomb."""
    if b"<!DOCTYPE" in octets.upper():
        return None
    try:
        return ElementTree.fromstring(octets)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
