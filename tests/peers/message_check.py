#!/usr/bin/env python3
"""MESSAGEs of the gateway (RFC 3428, pager mode of CPM): the request as far as a proxy does not see to it, and the CPIM in it.

In: a file with a datagram a line, in hexadecimal digits. Out: JSON; exit code 0 clean, 1 a fault, 2 unreadable.
usage: message_check.py FILE --require N, or --self-test
"""
import argparse
import json
import sys

import cpim_grammar

RULES = {
    "message-line": "MESSAGE URI SIP/2.0",
    "message-once": "From, To, Call-ID, CSeq, Max-Forwards, Content-Type and Content-Length stand there once",
    "message-dialog": "no Contact, no tag in To: it makes no dialog",
    "message-cseq": "CSeq says MESSAGE",
    "message-length": "Content-Length is the length of the content",
    "message-size": "1300 octets at most where congestion is nobody's care",
    "message-service": "Accept-Contact names pager mode",
    "message-cpm": "Conversation-ID and Contribution-ID are there",
}
LARGEST = 1300


def check(datagram, complain):
    head, _, content = datagram.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[0] != "MESSAGE" or words[2] != "SIP/2.0":
        complain("message-line", first[:40])
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    for name in ("from", "to", "call-id", "cseq", "max-forwards", "content-type", "content-length"):
        if len(headers.get(name, [])) != 1:
            complain("message-once", name)
    said = {name: values[0] for name, values in headers.items()}
    if "contact" in said or ";tag=" in said.get("to", ""):
        complain("message-dialog", "a dialog begins")
    if said.get("cseq", "").split(" ")[-1] != "MESSAGE":
        complain("message-cseq", "another method")
    if said.get("content-length") != str(len(content)):
        complain("message-length", f"{len(content)} octets")
    if len(datagram) > LARGEST:
        complain("message-size", f"{len(datagram)} octets")
    if "3gpp-service.ims.icsi.oma.cpm.msg" not in said.get("accept-contact", ""):
        complain("message-service", "no ICSI")
    if "conversation-id" not in said or "contribution-id" not in said:
        complain("message-cpm", "one is missing")
    wrapped = cpim_grammar.check_content(said.get("content-type", ""), content, complain)
    return wrapped.kind if wrapped else ""


def judge(datagrams):
    summary = {"messages": 0, "texts": 0, "notifications": 0, "errors": []}
    for datagram in datagrams:
        summary["messages"] += 1
        kind = check(datagram, lambda rule, text: summary["errors"].append({"rule": rule, "text": text}))
        summary["texts"] += kind == "text/plain"
        summary["notifications"] += kind == "message/imdn+xml"
    return summary


def self_test():
    body = (b"From: <tel:+4915550001>\r\nTo: <sip:anonymous@anonymous.invalid>\r\nDateTime: 2026-01-18T15:30:00Z\r\n\r\n"
            b"Content-Type: text/plain;charset=UTF-8\r\nContent-Length: 5\r\n\r\nhello")
    good = (b"MESSAGE sip:a@ims.example SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <tel:+4915550001>;tag=1\r\nTo: <sip:a@ims.example>\r\n"
            b"Call-ID: 1\r\nCSeq: 1 MESSAGE\r\nAccept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\"\r\n"
            b"Conversation-ID: 1\r\nContribution-ID: 1\r\nContent-Type: message/cpim\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
    planted = {
        "message-line": (b"SIP/2.0", b"SIP/2"),
        "message-once": (b"Call-ID: 1\r\n", b""),
        "message-dialog": (b"Call-ID", b"Contact: <sip:a@b>\r\nCall-ID"),
        "message-cseq": (b"1 MESSAGE", b"1 INVITE"),
        "message-length": (b"hello", b"hello you"),
        "message-size": (b"Call-ID: 1", b"Call-ID: " + b"1" * LARGEST),
        "message-service": (b"oma.cpm.msg", b"oma.cpm.session"),
        "message-cpm": (b"Conversation-ID: 1\r\n", b""),
        "cpim-datetime": (b"2026-01-18T", b"2026-13-18T"),
        "text-utf8": (b"hello", b"hell\xFF"),
    }
    missed = [rule for rule, (old, new) in planted.items()
              if rule not in {fault["rule"] for fault in judge([good.replace(old, new, 1)])["errors"]}]
    missed += ["good"] if judge([good])["errors"] or judge([good])["texts"] != 1 else []
    print(json.dumps({"planted": len(planted), "missed": missed}))
    return 1 if missed or set(RULES) - set(planted) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--require", type=int, default=1, help="least count of MESSAGEs")
    parser.add_argument("--self-test", action="store_true", help="plant one fault per rule and find each")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    try:
        with open(arguments.file, encoding="ascii") as lines:
            summary = judge([bytes.fromhex(line) for line in lines.read().split()])
    except (OSError, TypeError, ValueError) as error:
        print(f"message_check: {error}", file=sys.stderr)
        return 2
    if summary["messages"] < arguments.require:
        summary["errors"].append({"rule": "required", "text": f"{arguments.require} MESSAGEs"})
    print(json.dumps(summary, indent=1))
    return 1 if summary["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
