#!/usr/bin/env python3
"""A UE behind an MSRP relay (RFC 4976): it authenticates there, offers a path of two URIs, and chats with an SMS user.

Refuses: to connect anywhere but to its relay. It shares no line with the product.
In: where the relay and the gateway are, who calls whom. Out: a line of JSON per event; exit code 0 after the other side's BYE.

usage: ue.py --relay PORT --gateway PORT --sip PORT --number DIGITS --sms-user DIGITS

It says "ping", waits for a text, says "that is all", and waits for the end.
"""
import argparse
import hashlib
import json
import os
import re
import socket
import sys
import time

HOST, PATIENCE_S = "127.0.0.1", 20
DOMAIN = "ims.example"


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def token():
    return os.urandom(6).hex()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def crlf(*lines):
    return "".join(line + "\r\n" for line in lines)


class Frame:
    """One MSRP frame, read by its own end-line."""

    def __init__(self, octets):
        head, _, self.body = octets.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.start = lines[0].split(" ")
        self.transaction = self.start[1]
        self.headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        self.body = self.body.rsplit(b"\r\n-------", 1)[0].decode()

    @property
    def is_response(self):
        return self.start[2].isdigit()

    def paths(self):
        return self.headers["To-Path"].split(" "), self.headers["From-Path"].split(" ")


class Media:
    """The connection with the relay."""

    def __init__(self, port, user):
        self.socket = socket.create_connection((HOST, port), PATIENCE_S)
        self.octets, self.user = b"", user
        self.own = f"msrp://{HOST}:{self.socket.getsockname()[1]}/{token()};tcp"
        self.relay = self.authenticate(f"msrp://{HOST}:{port};tcp")

    def authenticate(self, relay):
        self.say("AUTH", [relay])
        challenge = self.frame()
        tell("auth", status=int(challenge.start[2]))
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.headers["WWW-Authenticate"]))
        a1, a2 = md5(f"{self.user}:{said['realm']}:secret"), md5(f"AUTH:{relay}")
        count, chance = "00000001", token()
        response = md5(f"{a1}:{said['nonce']}:{count}:{chance}:auth:{a2}")
        self.say("AUTH", [relay], [
            f'Authorization: Digest username="{self.user}", realm="{said["realm"]}", nonce="{said["nonce"]}", uri="{relay}", '
            f'response="{response}", qop=auth, nc={count}, cnonce="{chance}"'])
        answer = self.frame()
        tell("auth", status=int(answer.start[2]))
        return answer.headers["Use-Path"]

    def say(self, method, to, headers=(), body=None, own=None):
        transaction = token()
        head = crlf(f"MSRP {transaction} {method}", f"To-Path: {' '.join(to)}", f"From-Path: {own or self.own}", *headers)
        content = "" if body is None else f"\r\n{body}\r\n"
        self.socket.sendall((head + content + f"-------{transaction}$\r\n").encode())
        return transaction

    def frame(self):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            start = re.match(rb"MSRP (\S+) ", self.octets)
            whole = start and re.search(rb"-------" + re.escape(start[1]) + rb"[$+#]\r\n", self.octets)
            if whole:
                frame, self.octets = self.octets[:whole.end()], self.octets[whole.end():]
                return Frame(frame)
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the relay has closed the connection")
            self.octets += more
        raise TimeoutError("no frame")


class Call:
    """The SIP side, over UDP."""

    def __init__(self, wish, path):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, wish.sip))
        self.socket.settimeout(PATIENCE_S)
        self.wish, self.call_id, self.tag, self.to_tag = wish, token(), token(), ""
        self.target, self.next_hop = f"tel:+{wish.sms_user}", (HOST, wish.gateway)
        offer = crlf(
            "v=0", f"o=- 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0", f"m=message {wish.relay} TCP/MSRP *",
            "a=accept-types:message/cpim text/plain", "a=accept-wrapped-types:text/plain message/imdn+xml", "a=setup:active",
            f"a=path:{' '.join(path)}")
        self.request("INVITE", 1, [
            f"Contact: <sip:+{wish.number}@{HOST}:{wish.sip}>", f"P-Asserted-Identity: <tel:+{wish.number}>",
            "Content-Type: application/sdp"], offer)
        self.answer = self.until_answered()
        self.target = re.search(r"\r\nContact: <([^>]+)>", self.answer)[1]
        self.to_tag = ";tag=" + re.search(r"\r\nTo: .*;tag=([^;\r]+)", self.answer)[1]
        host, port = re.search(r"@([\d.]+):(\d+)", self.target).groups()
        self.next_hop = (host, int(port))
        self.request("ACK", 1)
        self.far_path = re.search(r"\r\na=path:([^\r]+)", self.answer)[1].split(" ")

    def request(self, method, number, headers=(), body=""):
        head = crlf(
            f"{method} {self.target} SIP/2.0", f"Via: SIP/2.0/UDP {HOST}:{self.wish.sip};branch=z9hG4bK{token()}",
            "Max-Forwards: 70", f"From: <sip:+{self.wish.number}@{DOMAIN}>;tag={self.tag}",
            f"To: <tel:+{self.wish.sms_user}>{self.to_tag}", f"Call-ID: {self.call_id}", f"CSeq: {number} {method}", *headers,
            f"Content-Length: {len(body)}")
        self.socket.sendto((head + "\r\n" + body).encode(), self.next_hop)

    def until_answered(self):
        while True:
            said = self.socket.recv(65535).decode()
            status = int(said.split(" ")[1])
            tell("invite", status=status)
            if status >= 200:
                return said

    def until_left(self):
        said, source = self.socket.recvfrom(65535)
        lines = said.decode().split("\r\n")
        tell("sip", method=lines[0].split(" ")[0])
        kept = [line for line in lines if re.match(r"(Via|From|To|Call-ID|CSeq): ", line)]
        self.socket.sendto((crlf("SIP/2.0 200 OK", *kept, "Content-Length: 0") + "\r\n").encode(), source)


class Chat:
    """What is said over the connection with the relay."""

    def __init__(self, media, far_path, number):
        self.media, self.number = media, number
        self.to = [media.relay, *far_path]
        self.heard = 0

    def send(self, text):
        """Says something and waits until the far end itself reports that it has it."""
        message = token()
        body = None if text is None else self.wrapped(text)
        length = len(body) if body else 0
        headers = [f"Message-ID: {message}", f"Byte-Range: 1-{length}/{length}"]
        if body:
            headers += ["Success-Report: yes", "Content-Type: message/cpim"]
        transaction = self.media.say("SEND", self.to, headers, body)
        while True:
            frame = self.frame()
            if frame.is_response and frame.transaction == transaction:
                tell("response", text=text, status=int(frame.start[2]), path=len(frame.paths()[1]))
                if text is None or int(frame.start[2]) != 200:
                    return
            elif frame.start[2] == "REPORT" and frame.headers["Message-ID"] == message:
                to, come_from = frame.paths()
                tell("report", text=text, status=frame.headers["Status"], is_for_us=to == [self.media.own], path=come_from == self.to)
                return

    def wrapped(self, text):
        return (
            f"From: <tel:+{self.number}>\r\nTo: <sip:somebody@{DOMAIN}>\r\nDateTime: 2026-01-02T03:04:05Z\r\n\r\n"
            f"Content-Type: text/plain;charset=utf-8\r\n\r\n{text}")

    def hear(self):
        """Waits for the first text; it may have come while something was on its way."""
        while not self.heard:
            self.frame()

    def frame(self):
        """The next frame; a text is answered, and reported where that is wanted."""
        frame = self.media.frame()
        if frame.start[2] == "SEND":
            self.heard += 1
            to, come_from = frame.paths()
            self.media.socket.sendall(crlf(
                f"MSRP {frame.transaction} 200 OK", f"To-Path: {come_from[0]}", f"From-Path: {to[0]}",
                f"-------{frame.transaction}$").encode())
            if frame.headers.get("Success-Report") == "yes":
                self.media.say("REPORT", come_from, [
                    f"Message-ID: {frame.headers['Message-ID']}", f"Byte-Range: {frame.headers['Byte-Range']}", "Status: 000 200 OK"])
            text = frame.body.rsplit("\r\n\r\n", 1)[-1]
            tell("text", text=text, is_for_us=to == [self.media.own], path=come_from == self.to)
        return frame


def main():
    parser = argparse.ArgumentParser()
    for name in ("relay", "gateway", "sip"):
        parser.add_argument("--" + name, type=int, required=True)
    for name in ("number", "sms-user"):
        parser.add_argument("--" + name, required=True)
    wish = parser.parse_args()
    media = Media(wish.relay, "ue")
    call = Call(wish, [media.relay, media.own])
    chat = Chat(media, call.far_path, wish.number)
    chat.send(None)
    chat.send("ping")
    chat.hear()
    chat.send("that is all")
    call.until_left()


if __name__ == "__main__":
    sys.exit(main())
