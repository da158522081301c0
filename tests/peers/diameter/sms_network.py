#!/usr/bin/env python3
"""The SMS side of a gateway as python-diameter speaks it: an HSS, and an SMS centre with its SMS-IWMSC and SMS-GMSC.

Refuses: to know the gateway but by its names. Everything goes through one relay, which connects to both nodes.
In: OFR of the gateway; what the SMS users of the centre say. Out: SRR (relayed by the HSS), TFR; a line of JSON per event.

usage: sms_network.py --hss PORT --centre PORT --relay HOST --gateway HOST[,HOST...]

An SMS user says YES to an invitation, "pong" to a text that begins with "ping", and STOP when the text is "that is all";
one whose number ends with 9 says nothing.
"""
import argparse
import itertools
import json
import os
import sys
import threading
import time
import traceback

from diameter.message import Avp, Message
from diameter.message.constants import (
    APP_3GPP_S6C, APP_3GPP_SGD, AVP_AUTH_APPLICATION_ID, AVP_AUTH_SESSION_STATE, AVP_DESTINATION_HOST,
    AVP_DESTINATION_REALM, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_RESULT_CODE, AVP_SESSION_ID, AVP_TGPP_MSISDN,
    AVP_TGPP_SC_ADDRESS, AVP_TGPP_SM_RP_MTI, AVP_TGPP_SM_RP_UI, AVP_TGPP_USER_IDENTIFIER, AVP_USER_NAME, AVP_VENDOR_ID,
    AVP_VENDOR_SPECIFIC_APPLICATION_ID, VENDOR_TGPP)
from diameter.node import Node
from diameter.node.application import SimpleThreadingApplication
from diameter.node.node import NotRoutable

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import sms_readers  # noqa: E402
import sms_writers  # noqa: E402

REALM, HSS, CENTRE = "epc.example", "hss.epc.example", "smsc.epc.example"
OFR, TFR, SRR = 8388645, 8388646, 8388647
SERVING_NODE, IP_SM_GW_NAME = 2401, 3101
SC_ADDRESS = "447700900005"
PATIENCE_S = 10
_speaking = threading.Lock()


def tell(event, **facts):
    with _speaking:
        print(json.dumps({"event": event, **facts}), flush=True)


def tbcd(digits):
    padded = digits + "f" * (len(digits) % 2)
    return bytes.fromhex("".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2)))


def digits(octets):
    swapped = "".join(f"{octet:02x}"[::-1] for octet in octets)
    return swapped.rstrip("f")


def find(message, code, vendor=0):
    return next((avp.value for avp in message.avps if (avp.code, avp.vendor_id) == (code, vendor)), None)


def inside(grouped, code, vendor=0):
    return next((avp.value for avp in grouped or [] if (avp.code, avp.vendor_id) == (code, vendor)), None)


def application(identity):
    return Avp.new(AVP_VENDOR_SPECIFIC_APPLICATION_ID, value=[
        Avp.new(AVP_VENDOR_ID, value=VENDOR_TGPP), Avp.new(AVP_AUTH_APPLICATION_ID, value=identity)])


def heading(node, session, identity):
    return [
        Avp.new(AVP_SESSION_ID, value=session), application(identity), Avp.new(AVP_AUTH_SESSION_STATE, value=1),
        Avp.new(AVP_ORIGIN_HOST, value=node.origin_host.encode()),
        Avp.new(AVP_ORIGIN_REALM, value=node.realm_name.encode())]


def request(node, command, identity, host, realm, avps):
    message = Message()
    message.header.command_code, message.header.application_id = command, identity
    message.header.is_request = message.header.is_proxyable = True
    named = [Avp.new(AVP_DESTINATION_HOST, value=host.encode()), Avp.new(AVP_DESTINATION_REALM, value=realm.encode())]
    for avp in heading(node, node.session_generator.next_id(), identity) + named + avps:
        message.append_avp(avp)
    return message


def answer(node, asked, avps):
    message = asked.to_answer()
    message.header.is_error = False
    for avp in heading(node, find(asked, AVP_SESSION_ID), asked.header.application_id) + avps:
        message.append_avp(avp)
    return message


def told_when_it_fails(handle):
    """The library answers with nothing at all when its application falls over, and says nothing about it."""
    def handling(self, *asked):
        try:
            return handle(self, *asked)
        except Exception:
            tell("fault", trace=traceback.format_exc())
            raise
    return handling


def success():
    return Avp.new(AVP_RESULT_CODE, value=2001)


class Service(SimpleThreadingApplication):
    """The library's thread that sends answers dies of the first one whose asker has gone; the asker asks again."""

    def send_answer(self, message):
        try:
            super().send_answer(message)
        except NotRoutable:
            tell("asker gone")


class Hss:
    """It knows that the numbers that are asked for are at home at the gateway, and passes the question on."""

    def __init__(self, port, relay, gateways):
        self.node = Node(HSS, REALM, ip_addresses=["127.0.0.1"], tcp_port=port, vendor_ids=[VENDOR_TGPP])
        self.gateways = itertools.cycle(gateways)
        self.s6c = Service(APP_3GPP_S6C, is_auth_application=True, request_handler=self.asked)
        self.node.add_application(self.s6c, [self.node.add_peer(f"aaa://{relay}", REALM)])

    @told_when_it_fails
    def asked(self, _, message):
        gateway = next(self.gateways)
        passed_on = [avp for avp in message.avps if avp.code in (AVP_TGPP_MSISDN, AVP_TGPP_SC_ADDRESS, AVP_TGPP_SM_RP_MTI)]
        realm = gateway.split(".", 1)[1]
        told = self.s6c.send_request(request(self.node, SRR, APP_3GPP_S6C, gateway, realm, passed_on), PATIENCE_S)
        way = [avp for avp in told.avps if avp.code in (AVP_USER_NAME, AVP_RESULT_CODE, SERVING_NODE)]
        tell("sra", gateway=gateway, result=find(told, AVP_RESULT_CODE))
        return answer(self.node, message, way)


class Centre:
    """The SMS centre, and the SMS users behind it."""

    def __init__(self, port, relay):
        self.node = Node(CENTRE, REALM, ip_addresses=["127.0.0.1"], tcp_port=port, vendor_ids=[VENDOR_TGPP])
        self.sgd = Service(APP_3GPP_SGD, is_auth_application=True, request_handler=self.submitted)
        self.s6c = Service(APP_3GPP_S6C, is_auth_application=True, request_handler=self.submitted)
        peer = self.node.add_peer(f"aaa://{relay}", REALM)
        self.node.add_application(self.sgd, [peer], ["ims.example"])
        self.node.add_application(self.s6c, [peer])
        self.parts = {}

    @told_when_it_fails
    def submitted(self, _, message):
        """OFR: a short message of the gateway."""
        number = digits(inside(find(message, AVP_TGPP_USER_IDENTIFIER, VENDOR_TGPP), AVP_TGPP_MSISDN, VENDOR_TGPP))
        read = sms_readers.read_pycrate("submit", find(message, AVP_TGPP_SM_RP_UI, VENDOR_TGPP).hex())
        origin = find(message, AVP_ORIGIN_HOST).decode()
        destination = find(message, AVP_DESTINATION_REALM).decode()
        tell("ofr", origin=origin, realm=destination, session_number=number, **read)
        sms_user, text = read["number"].lstrip("+"), self.whole(read)
        reply = None if text is None or sms_user.endswith("9") else reply_to(text)
        if reply:
            threading.Thread(target=self.deliver, args=(sms_user, number, reply), daemon=True).start()
        return answer(self.node, message, [success()])

    def whole(self, read):
        """The text, once its last segment has come."""
        segment = read["segment"]
        if segment is None:
            return read["text"]
        parts = self.parts.setdefault((read["number"], segment["reference"]), {})
        parts[segment["sequence"]] = read["text"]
        return "".join(parts[at] for at in sorted(parts)) if len(parts) == segment["count"] else None

    @told_when_it_fails
    def deliver(self, sms_user, number, text):
        """TS 23.204 6.14: asks the way, then delivers to the node that was named, under the name that was given."""
        time.sleep(0.2)
        asked = [
            Avp.new(AVP_TGPP_MSISDN, VENDOR_TGPP, value=tbcd(number)),
            Avp.new(AVP_TGPP_SC_ADDRESS, VENDOR_TGPP, value=tbcd(SC_ADDRESS)),
            Avp.new(AVP_TGPP_SM_RP_MTI, VENDOR_TGPP, value=0)]
        way = self.s6c.send_request(request(self.node, SRR, APP_3GPP_S6C, HSS, REALM, asked), PATIENCE_S)
        node = inside(find(way, SERVING_NODE, VENDOR_TGPP), IP_SM_GW_NAME, VENDOR_TGPP)
        name = node.decode() if isinstance(node, bytes) else node
        for octets in sms_writers.by_pycrate(text, "+" + sms_user, sms_readers.GSM7, 0, None):
            delivered = [
                Avp.new(AVP_USER_NAME, value=find(way, AVP_USER_NAME)),
                Avp.new(AVP_TGPP_SC_ADDRESS, VENDOR_TGPP, value=tbcd(SC_ADDRESS)),
                Avp.new(AVP_TGPP_SM_RP_UI, VENDOR_TGPP, value=bytes.fromhex(octets))]
            message = request(self.node, TFR, APP_3GPP_SGD, name, name.split(".", 1)[1], delivered)
            told = self.sgd.send_request(message, PATIENCE_S)
            report = find(told, AVP_TGPP_SM_RP_UI, VENDOR_TGPP)
            tell("tfa", sms_user=sms_user, gateway=name, text=text, result=find(told, AVP_RESULT_CODE), report=report and report.hex())


def reply_to(text):
    if "invites you" in text:
        return "YES"
    if text.startswith("ping"):
        return "pong"
    return "STOP" if text.startswith("that is all") else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hss", type=int, required=True)
    parser.add_argument("--centre", type=int, required=True)
    parser.add_argument("--relay", required=True)
    parser.add_argument("--gateway", required=True)
    wish = parser.parse_args()
    hss, centre = Hss(wish.hss, wish.relay, wish.gateway.split(",")), Centre(wish.centre, wish.relay)
    hss.node.start()
    centre.node.start()
    for each in (hss.s6c, centre.sgd):
        each.wait_for_ready(60)
    tell("ready")
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
