#!/usr/bin/env python3
"""A UE behind an S-CSCF whose client closes a chat idle, and is called back into it.

Refuses: to register (that is another program's), to say anything over SIP but by way of the S-CSCF. It shares no line with the product.
In: where the S-CSCF is, who calls whom. Out: a line of JSON per event; exit code 0 after the other side's BYE.

usage: ue_recalled.py --scscf PORT --sip PORT --number DIGITS --sms-user DIGITS

It invites, says "ping", and closes with Reason cause 480. Then it waits for an INVITE, accepts it, connects, hears a text, says "still here",
and waits for the end.
"""
import argparse
import json
import os
import re
import socket
import sys

HOST, PATIENCE_S, DOMAIN = "127.0.0.1", 20, "ims.example"
ICSI = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session"'
CONVERSATION = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def token():
    return os.urandom(6).hex()


def crlf(*lines):
    return "".join(line + "\r\n" for line in lines)


class Message:
    """A SIP message, as a person reads it."""

    def __init__(self, octets):
        head, _, self.body = octets.decode().partition("\r\n\r\n")
        self.lines = head.split("\r\n")
        self.start = self.lines[0].split(" ")

    def all(self, name):
        return [line.split(": ", 1)[1] for line in self.lines[1:] if line.lower().startswith(name.lower() + ": ")]

    def one(self, name):
        return self.all(name)[0]

    def routes(self):
        return [route.strip() for value in self.all("Record-Route") for route in value.split(",")]

    def contact(self):
        return re.search(r"<([^>]+)>", self.one("Contact"))[1]


class Media:
    """One MSRP connection, straight to the gateway."""

    def __init__(self, far_path, own):
        host, port = re.match(r"msrp://([\d.]+):(\d+)/", far_path).groups()
        self.socket = socket.create_connection((host, int(port)), PATIENCE_S)
        self.far_path, self.own, self.octets = far_path, own, b""
        self.send(None)

    def send(self, text):
        transaction, length, content = token(), 0, ""
        if text is not None:
            body = f"From: <sip:me@{DOMAIN}>\r\nTo: <sip:you@{DOMAIN}>\r\n\r\nContent-Type: text/plain;charset=utf-8\r\n\r\n{text}"
            length, content = len(body), f"Content-Type: message/cpim\r\n\r\n{body}\r\n"
        self.socket.sendall((crlf(
            f"MSRP {transaction} SEND", f"To-Path: {self.far_path}", f"From-Path: {self.own}", f"Message-ID: {token()}",
            f"Byte-Range: 1-{length}/{length}") + content + f"-------{transaction}$\r\n").encode())
        while True:
            start, _ = self.frame()
            if start[1] == transaction:
                return tell("said", text=text, status=int(start[2]))

    def hear(self):
        while True:
            start, text = self.frame()
            if start[2] == "SEND":
                return text

    def frame(self):
        while True:
            start = re.match(rb"MSRP (\S+) ", self.octets)
            whole = start and re.search(rb"-------" + re.escape(start[1]) + rb"[$+#]\r\n", self.octets)
            if whole:
                frame, self.octets = self.octets[:whole.end()].decode(), self.octets[whole.end():]
                start = frame.split("\r\n")[0].split(" ")
                text = frame.rsplit("\r\n-------", 1)[0].rsplit("\r\n\r\n", 1)[-1]
                if start[2] == "SEND":
                    tell("text", text=text, path=f"To-Path: {self.own}\r\n" in frame)
                    self.socket.sendall(crlf(
                        f"MSRP {start[1]} 200 OK", f"To-Path: {self.far_path}", f"From-Path: {self.own}", f"-------{start[1]}$").encode())
                return start, text
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the gateway has closed the connection")
            self.octets += more


class Ue:
    def __init__(self, wish):
        self.wish, self.scscf = wish, (HOST, wish.scscf)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, wish.sip))
        self.socket.settimeout(PATIENCE_S)
        self.identity, self.contact = f"<sip:+{wish.number}@{DOMAIN}>", f"<sip:+{wish.number}@{HOST}:{wish.sip}>;{ICSI}"

    def path(self):
        return f"msrp://{HOST}:9/{token()};tcp"

    def description(self, path):
        return crlf(
            "v=0", f"o=- 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0", "m=message 9 TCP/MSRP *",
            "a=accept-types:message/cpim text/plain", "a=accept-wrapped-types:text/plain message/imdn+xml", "a=setup:active", f"a=path:{path}")

    def say(self, lines, body=""):
        self.socket.sendto((crlf(*lines, f"Content-Length: {len(body)}") + "\r\n" + body).encode(), self.scscf)

    def next(self):
        message = Message(self.socket.recv(65535))
        tell("sip", start=message.start[1] if message.start[0] == "SIP/2.0" else message.start[0])
        return message

    def until(self, *starts):
        while True:
            message = self.next()
            if message.start[1 if message.start[0] == "SIP/2.0" else 0] in starts:
                return message

    def answer(self, request, status, headers=(), body="", tag=""):
        kept = [line for line in request.lines if re.match(r"(Via|Record-Route|From|Call-ID|CSeq): ", line)]
        self.say([f"SIP/2.0 {status}", *kept, f"To: {request.one('To')}{tag}", *headers], body)

    def invites(self):
        """A chat of this user, until the client closes it."""
        path, call_id, tag, to = self.path(), token(), token(), f"<tel:+{self.wish.sms_user}>"

        def request(method, number, target, to, headers=(), body=""):
            self.say([
                f"{method} {target} SIP/2.0", f"Via: SIP/2.0/UDP {HOST}:{self.wish.sip};branch=z9hG4bK{token()}", "Max-Forwards: 70",
                f"From: {self.identity};tag={tag}", f"To: {to}", f"Call-ID: {call_id}", f"CSeq: {number} {method}", *headers], body)

        request("INVITE", 1, f"tel:+{self.wish.sms_user}", to, [
            f"Route: <sip:orig@{HOST}:{self.wish.scscf};lr>", f"Contact: {self.contact}", f"P-Asserted-Identity: {self.identity}",
            f"Accept-Contact: *;{ICSI}", f"Conversation-ID: {CONVERSATION}", f"Contribution-ID: {token()}",
            "Content-Type: application/sdp"], self.description(path))
        answer = self.until("200")
        routes = [f"Route: {route}" for route in reversed(answer.routes())]
        request("ACK", 1, answer.contact(), answer.one("To"), routes)
        media = Media(re.search(r"a=path:(\S+)", answer.body)[1], path)
        media.send("ping")
        request("BYE", 2, answer.contact(), answer.one("To"), [*routes, 'Reason: SIP;cause=480;text="Bearer Unavailable"'])
        self.until("200")

    def is_called(self):
        """The same chat, into which the gateway calls."""
        invite = self.until("INVITE")
        tell("called", conversation=invite.one("Conversation-ID") == CONVERSATION, by=invite.one("P-Asserted-Identity"),
             passive="a=setup:passive" in invite.body)
        path, tag = self.path(), f";tag={token()}"
        self.answer(invite, "180 Ringing", tag=tag)
        self.answer(invite, "200 OK", [f"Contact: {self.contact}", "Allow: INVITE, ACK, BYE, UPDATE", "Content-Type: application/sdp"],
                    self.description(path), tag)
        ack = self.until("ACK")
        tell("acknowledged", target=ack.start[1].startswith(f"sip:+{self.wish.number}@{HOST}:{self.wish.sip}"), to=tag in ack.one("To"))
        media = Media(re.search(r"a=path:(\S+)", invite.body)[1], path)
        media.hear()
        media.send("still here")
        bye = self.until("BYE")
        tell("left", reason=bye.one("Reason"))
        self.answer(bye, "200 OK")


def main():
    parser = argparse.ArgumentParser()
    for name in ("scscf", "sip"):
        parser.add_argument("--" + name, type=int, required=True)
    for name in ("number", "sms-user"):
        parser.add_argument("--" + name, required=True)
    ue = Ue(parser.parse_args())
    ue.invites()
    ue.is_called()


if __name__ == "__main__":
    sys.exit(main())
