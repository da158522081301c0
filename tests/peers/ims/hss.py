#!/usr/bin/env python3
"""python-diameter as the HSS of an S-CSCF (Cx, TS 29.229): whoever registers has filter criteria that name the gateway.

In: SAR. Out: SAA with a profile: REGISTER, and INVITEs and MESSAGEs that the user originates, go to the application server; a line per SAR.
usage: hss.py --port PORT --application-server PORT
"""
import argparse
import time
import traceback

from diameter.message import Avp
from diameter.message.constants import (
    APP_3GPP_CX, AVP_AUTH_APPLICATION_ID, AVP_AUTH_SESSION_STATE, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM,
    AVP_SESSION_ID, AVP_TGPP_PUBLIC_IDENTITY, AVP_USER_NAME, AVP_VENDOR_ID, AVP_VENDOR_SPECIFIC_APPLICATION_ID, VENDOR_TGPP)
from diameter.node import Node
from diameter.node.application import SimpleThreadingApplication

REALM, HSS, SCSCF = "ims.example", "hss.ims.example", "scscf.ims.example"
USER_DATA, SERVER_ASSIGNMENT_TYPE, ORIGINATING = 606, 614, 0


def criterion(priority, method, server, session_case=None):
    """One initial filter criterion (TS 29.228 annex B)."""
    def trigger(group, inside):
        return f"<SPT><ConditionNegated>0</ConditionNegated><Group>{group}</Group>{inside}</SPT>"
    triggers = trigger(0, f"<Method>{method}</Method>")
    if session_case is not None:
        triggers += trigger(1, f"<SessionCase>{session_case}</SessionCase>")
    return (
        f"<InitialFilterCriteria><Priority>{priority}</Priority><TriggerPoint><ConditionTypeCNF>1</ConditionTypeCNF>{triggers}"
        f"</TriggerPoint><ApplicationServer><ServerName>{server}</ServerName><DefaultHandling>0</DefaultHandling>"
        f"</ApplicationServer></InitialFilterCriteria>")


def profile(public, private, server):
    criteria = criterion(0, "REGISTER", server) + criterion(1, "INVITE", server, ORIGINATING)
    criteria += criterion(2, "MESSAGE", server, ORIGINATING)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><IMSSubscription><PrivateID>{private}</PrivateID><ServiceProfile><PublicIdentity>'
        f"<Identity>{public}</Identity></PublicIdentity>{criteria}</ServiceProfile></IMSSubscription>").encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--application-server", type=int, required=True)
    wish = parser.parse_args()
    server = f"sip:127.0.0.1:{wish.application_server}"

    def assign(_, message):
        try:
            def said(code, vendor=0):
                return next((avp.value for avp in message.avps if (avp.code, avp.vendor_id) == (code, vendor)), None)
            public = said(AVP_TGPP_PUBLIC_IDENTITY, VENDOR_TGPP)
            private = said(AVP_USER_NAME) or public.removeprefix("sip:")
            print("SAR", said(SERVER_ASSIGNMENT_TYPE, VENDOR_TGPP), flush=True)
            answer = message.to_answer()
            answer.header.is_error = False
            # By its name: the library counts it, and its sending thread dies when it finds none.
            answer.result_code = 2001
            for avp in (
                    Avp.new(AVP_SESSION_ID, value=said(AVP_SESSION_ID)),
                    Avp.new(AVP_VENDOR_SPECIFIC_APPLICATION_ID, value=[
                        Avp.new(AVP_VENDOR_ID, value=VENDOR_TGPP), Avp.new(AVP_AUTH_APPLICATION_ID, value=APP_3GPP_CX)]),
                    Avp.new(AVP_AUTH_SESSION_STATE, value=1),
                    Avp.new(AVP_ORIGIN_HOST, value=HSS.encode()), Avp.new(AVP_ORIGIN_REALM, value=REALM.encode()),
                    Avp.new(AVP_USER_NAME, value=private),
                    Avp.new(USER_DATA, VENDOR_TGPP, value=profile(public, private, server))):
                answer.append_avp(avp)
            return answer
        except Exception:
            print(traceback.format_exc(), flush=True)
            raise

    # Its Diameter module takes 32 applications of a peer: without a list of vendors there would be more.
    node = Node(HSS, REALM, ip_addresses=["127.0.0.1"], tcp_port=wish.port, vendor_ids=[VENDOR_TGPP])
    application = SimpleThreadingApplication(APP_3GPP_CX, is_auth_application=True, request_handler=assign)
    node.add_application(application, [node.add_peer(f"aaa://{SCSCF}", REALM)])
    node.start()
    application.wait_for_ready(60)
    print("READY", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
