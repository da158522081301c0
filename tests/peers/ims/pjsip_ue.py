#!/usr/bin/env python3
"""PJSIP as a chat user's equipment behind a real S-CSCF: it registers, writes outside of a chat, invites, and gives up.

PJSIP speaks no MSRP: it offers the session description that it is given, and hangs up by itself when it finds in the answer no media that
it knows. That is a chat user who accepts and leaves at once.
Refuses: to share a line with the product, to know what should happen.
In: where the S-CSCF is, who it is, who the SMS users are. Out: a line of JSON per event; exit code 0 when it has done all.

usage: pjsip_ue.py --scscf PORT --sip PORT --number DIGITS --declines DIGITS --silent DIGITS --accepts DIGITS --go FILE

It writes when FILE is there: an S-CSCF tells its application servers of a registration some time after it has told the UE.
"""
import argparse
import json
import os
import sys
import time

import pjsua2 as pj

HOST, DOMAIN, PATIENCE_S = "127.0.0.1", "ims.example", 20
ICSI = "urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm."


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def header(name, value):
    made = pj.SipHeader()
    made.hName, made.hValue = name, value
    return made


class Account(pj.Account):
    """The registration, and what comes outside of a chat."""

    registered, answered, heard = 0, 0, 0

    def onRegState(self, told):
        self.registered += 1
        tell("register", status=told.code, expires=told.expiration)

    def onInstantMessageStatus(self, told):
        self.answered += 1
        tell("message", status=told.code)

    def onInstantMessage(self, told):
        self.heard += 1
        tell("heard", content_type=told.contentType, text=told.msgBody.rsplit("\r\n\r\n", 1)[-1])


class Call(pj.Call):
    """One invitation."""

    statuses, over = (), False

    def onCallSdpCreated(self, told):
        told.sdp.wholeSdp = "".join(line + "\r\n" for line in (
            "v=0", f"o=- 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0", "m=message 9 TCP/MSRP *",
            "a=accept-types:message/cpim text/plain", "a=accept-wrapped-types:text/plain message/imdn+xml", "a=setup:active",
            f"a=path:msrp://{HOST}:9/pjsip{self.getId()};tcp"))

    def onCallState(self, told):
        info = self.getInfo()
        self.statuses += (info.lastStatusCode,)
        self.over = info.state == pj.PJSIP_INV_STATE_DISCONNECTED
        tell("call", state=info.stateText, status=info.lastStatusCode)


class Equipment:
    """PJSIP, driven by one thread."""

    def __init__(self, wish):
        self.wish, self.endpoint = wish, pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.logConfig.level, config.logConfig.consoleLevel = 3, 1
        config.uaConfig.threadCnt, config.uaConfig.mainThreadOnly = 0, True
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.port, transport.boundAddress, transport.publicAddress = wish.sip, HOST, HOST
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.audDevManager().setNullDev()
        self.endpoint.libStart()
        account = pj.AccountConfig()
        account.idUri = f"sip:+{wish.number}@{DOMAIN}"
        account.regConfig.registrarUri = f"sip:{DOMAIN}"
        account.regConfig.timeoutSec = 600
        account.sipConfig.proxies.append(f"sip:orig@{HOST}:{wish.scscf};lr")
        # Nobody asks for it, and the S-CSCF reads from it whose private identity registers.
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", DOMAIN, f"{wish.number}@{DOMAIN}", 0, ""))
        account.sipConfig.authInitialEmpty = True
        account.sipConfig.contactParams = f';+g.3gpp.icsi-ref="{ICSI}session,{ICSI}msg"'
        self.account = Account()
        self.account.create(account)
        self.until("registered", lambda: self.account.registered)

    def until(self, what, is_so):
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > end:
                raise TimeoutError(what)
            self.endpoint.libHandleEvents(20)

    def write(self, to, text):
        buddy, config = pj.Buddy(), pj.BuddyConfig()
        # A domain that the S-CSCF does not serve: its own users get what is for them without criteria. PJSIP takes no tel URI here.
        config.uri, config.subscribe = f"sip:+{to}@mobile.example;user=phone", False
        buddy.create(self.account, config)
        message = pj.SendInstantMessageParam()
        message.contentType, message.content = "text/plain", text
        message.txOption.headers.append(header("P-Asserted-Identity", f"<sip:+{self.wish.number}@{DOMAIN}>"))
        buddy.sendInstantMessage(message)
        answered = self.account.answered
        self.until("an answer to the message", lambda: self.account.answered > answered)

    def invite(self, to, gives_up=False):
        call, wish = Call(self.account), pj.CallOpParam(True)
        for name, value in (
            ("P-Asserted-Identity", f"<sip:+{self.wish.number}@{DOMAIN}>"),
            ("Accept-Contact", f'*;+g.3gpp.icsi-ref="{ICSI}session"')):
            wish.txOption.headers.append(header(name, value))
        call.makeCall(f"tel:+{to}", wish)
        if gives_up:
            self.until("ringing", lambda: 180 in call.statuses)
            call.hangup(pj.CallOpParam())
        self.until("the end of a call", lambda: call.over)

    def leave(self):
        registered = self.account.registered
        self.account.setRegistration(False)
        self.until("the end of the registration", lambda: self.account.registered > registered)
        self.account.shutdown()
        self.endpoint.libDestroy()


def main():
    parser = argparse.ArgumentParser()
    for name in ("scscf", "sip"):
        parser.add_argument("--" + name, type=int, required=True)
    for name in ("number", "declines", "silent", "accepts", "go"):
        parser.add_argument("--" + name, required=True)
    wish = parser.parse_args()
    equipment = Equipment(wish)
    equipment.until("leave to go on", lambda: os.path.exists(wish.go))
    equipment.write(wish.accepts, "Grüße from PJSIP")
    equipment.until("a reply", lambda: equipment.account.heard)
    equipment.invite(wish.declines)
    equipment.invite(wish.silent, gives_up=True)
    equipment.invite(wish.accepts)
    equipment.leave()


if __name__ == "__main__":
    sys.exit(main())
