"""What pycrate, smspdudecoder and python-messaging read in a TPDU, in one vocabulary.

Refuses: to correct them. Where a reader is known to err, its reading says so in `doubt`.
In: a kind and hexadecimal octets without SMSC address. Out: one dictionary per reader.
"""

import datetime
import io
import logging

from pycrate_mobile import TS23040_SMS as tp
from pycrate_mobile import TS24011_PPSMS as rp
from messaging.sms import SmsDeliver
from smspdudecoder import fields as decoder

logging.disable(logging.CRITICAL)

TPDUS = {
    "deliver": tp.SMS_DELIVER, "submit": tp.SMS_SUBMIT, "status": tp.SMS_STATUS_REPORT,
    "deliver-report": tp.SMS_DELIVER_REPORT_RP_ACK, "deliver-report-error": tp.SMS_DELIVER_REPORT_RP_ERROR,
    "submit-report": tp.SMS_SUBMIT_REPORT_RP_ACK, "submit-report-error": tp.SMS_SUBMIT_REPORT_RP_ERROR,
}
RPDUS = {
    "rp-data-mo": rp.RP_DATA_MO, "rp-data-mt": rp.RP_DATA_MT, "rp-ack-mo": rp.RP_ACK_MO, "rp-ack-mt": rp.RP_ACK_MT,
    "rp-error-mo": rp.RP_ERROR_MO, "rp-error-mt": rp.RP_ERROR_MT,
}
KINDS = [*TPDUS, *RPDUS]
GSM7, DATA8, UCS2 = "gsm7", "data", "ucs2"
EXTENSION = set("\f^{}\\[~]|\u20ac")


def _guarded(read):
    """A reader that falls over has read nothing; what it said is kept."""
    def reading(kind, octets):
        try:
            return read(kind, octets)
        except Exception as error:  # each library has its own kinds
            return {"error": repr(error)[:200]}
    return reading


def utc(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def joined(text):
    """Surrogates that a reader left apart, as the characters they are."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def septets(text):
    return sum(2 if character in EXTENSION else 1 for character in text)


# pycrate


@_guarded
def read_pycrate(kind, octets):
    raw = bytes.fromhex(octets)
    if kind in RPDUS:
        return _rpdu(RPDUS[kind](), raw)
    pdu = TPDUS[kind]()
    pdu.from_bytes(raw)
    reading = {"octets": len(pdu.to_bytes()), "rewritten_equal": pdu.to_bytes() == raw}
    names = {element._name for element in pdu if not element.get_trans()}
    for name in ("TP_OA", "TP_DA", "TP_RA"):
        if name in names:
            reading["number"] = pycrate_number(pdu[name])
    if "TP_SCTS" in names:
        _pycrate_moment(pdu["TP_SCTS"], reading)
    if "TP_ST" in names:
        reading["status"] = pdu["TP_ST"].get_val()
    if "TP_FCS" in names:
        reading["failure_cause"] = pdu["TP_FCS"].get_val()
    if "TP_UD" in names:
        _pycrate_user_data(pdu["TP_UD"], reading)
        if kind == "deliver" and "text" not in reading.get("doubt", {}):
            reading["reencode_equal"] = _reencoded_equal(pdu, raw)
    return reading


def pycrate_number(address):
    number = address["Num"].decode()
    return ("+" if address["Type"].get_val() == 1 else "") + number


def _pycrate_moment(stamp, reading):
    moment, zone = stamp.decode()
    reading["scts"] = None
    try:
        offset = datetime.timezone(datetime.timedelta(hours=zone))
        reading["scts"] = utc(datetime.datetime(*moment[:6], tzinfo=offset))
    except ValueError as error:
        reading["scts_error"] = str(error)
    # It takes the tens of the quarters of an hour for sixteens.
    if stamp["TZ"]["TZ0"].get_val():
        reading.setdefault("doubt", {})["scts"] = "reads the zone's tens as sixteens"


def _pycrate_user_data(user_data, reading):
    coding = user_data.get_dcs()
    reading["alphabet"] = {tp.DCS_7B: GSM7, tp.DCS_UCS: UCS2}.get(coding, DATA8)
    reading["segment"] = None
    if not user_data["UDH"].get_trans():
        for element in user_data["UDH"]["UDH"]:
            if element["T"].get_val() in (0, 8):
                reference, count, sequence = element["V"].get_alt().get_val()
                reading["segment"] = {"reference": reference, "count": count, "sequence": sequence}
    said = user_data["UD"].decode()
    if reading["alphabet"] == DATA8:
        reading["data"] = said.hex()
        return
    if reading["alphabet"] == GSM7:
        length = user_data["UDL"].get_val() - header_septets(user_data)
        # With seven spare bits at the end it reads one septet more: CR, or @ when they are zero.
        if septets(said) == length + 1:
            said = said[:-1]
        elif septets(said) == length - 1:
            reading.setdefault("doubt", {})["text"] = "takes a @ that fills the last octet for padding"
    reading["text"] = said


def header_septets(user_data):
    if user_data["UDH"].get_trans():
        return 0
    return -(-(user_data["UDH"]["UDHL"].get_val() + 1) * 8 // 7)


def _reencoded_equal(pdu, raw):
    """Writes a fresh SMS-DELIVER from what was read, texts as texts, and compares it with the original."""
    fresh = tp.SMS_DELIVER()
    for name in ("TP_RP", "TP_UDHI", "TP_SRI", "TP_LP", "TP_MMS"):
        fresh[name].set_val(pdu[name].get_val())
    address = pdu["TP_OA"]
    fresh["TP_OA"].set_val({name: address[name].get_val() for name in ("Ext", "Type", "NumberingPlan")})
    fresh["TP_OA"]["Num"].encode(address["Num"].decode())
    for name in ("TP_PID", "TP_DCS", "TP_SCTS"):
        fresh[name].set_val(pdu[name].get_val())
    user_data, target = pdu["TP_UD"], fresh["TP_UD"]
    if not user_data["UDH"].get_trans():
        target["UDH"].from_bytes(user_data["UDH"].to_bytes())
    reading = {}
    _pycrate_user_data(user_data, reading)
    target["UD"].set_val(bytes.fromhex(reading["data"]) if "data" in reading else reading["text"])
    target["UDL"].set_val(user_data["UDL"].get_val())
    written = fresh.to_bytes()
    # In the spare bits after the last septet it writes CR, where zero is as good.
    spare = (-user_data["UDL"].get_val() * 7) % 8 if reading["alphabet"] == GSM7 else 0
    keep = 0xFF >> spare
    return written[:-1] == raw[:-1] and written[-1:] and raw[-1:] and written[-1] & keep == raw[-1] & keep


def _rpdu(pdu, raw):
    pdu.from_bytes(raw)
    reading = {"reference": pdu["Ref"].get_val(), "mti": pdu["MTI"].get_val(), "rewritten_equal": pdu.to_bytes() == raw}
    for element in pdu:
        if element.get_trans():
            continue
        if element._name in ("RPOriginatorAddress", "RPDestinationAddress") and element["L"].get_val():
            reading["number"] = pycrate_number(element[-1])
        elif element._name == "RPCause":
            reading["cause"] = element[-1]["Value"].get_val()
        elif element._name == "RPUserData":
            reading["tpdu"] = element[-1].to_bytes().hex()
            # Only a TPDU that it could read to the end replaces the bare octets.
            reading["tpdu_kind"] = element[-1]._name if element[-1]._name != "V" else None
    return reading


# smspdudecoder


@_guarded
def read_smspdudecoder(kind, octets):
    if kind not in ("deliver", "submit"):
        return {"absent": "reads SMS-DELIVER and SMS-SUBMIT only"}
    read = decoder.SMSDeliver if kind == "deliver" else decoder.SMSSubmit
    said = read.decode(io.StringIO("00" + octets.upper()))    # it wants the SMSC address in front: none
    who = said["sender" if kind == "deliver" else "recipient"]
    prefix = "+" if who["toa"]["ton"] == "international" else ""
    reading = {"number": prefix + who["number"], "alphabet": {"gsm": GSM7, "ucs2": UCS2}.get(said["dcs"]["encoding"], DATA8)}
    if "scts" in said:
        reading["scts"] = utc(said["scts"])
    content, header = said["user_data"]["data"], said["user_data"]["header"]
    reading["segment"] = None
    for element in (header or {}).get("elements", []):
        if element["iei"] in (0, 8):
            parts = element["data"]
            reading["segment"] = {
                "reference": parts["reference"], "count": parts["parts_count"], "sequence": parts["part_number"]}
    if isinstance(content, bytes):
        reading["data"] = content.hex()
        return reading
    reading["text"] = content
    if reading["alphabet"] == GSM7 and EXTENSION & set(content):
        # It cuts header and length by characters where the standard counts septets.
        reading["doubt"] = {"text": "counts an extended character as one septet"}
    return reading


# python-messaging


@_guarded
def read_python_messaging(kind, octets):
    if kind not in ("deliver", "status"):
        return {"absent": "reads SMS-DELIVER and SMS-STATUS-REPORT only"}
    try:
        said = SmsDeliver("00" + octets.upper(), strict=False)
    except TypeError as error:
        if "Unhandled Type <class 'str'>" in str(error):
            return {"absent": "cannot read an empty GSM text"}
        raise
    if kind == "status":
        reading = {"number": said.sr["recipient"], "status": said.sr["status"]}
        if said.sr["scts"]:
            reading["scts"] = utc(said.sr["scts"].replace(tzinfo=datetime.timezone.utc))
            reading["doubt"] = {"scts": "knows no zone in a status report"}
        return reading
    reading = {"number": said.number, "alphabet": {0: GSM7, 8: UCS2}.get(said.fmt, DATA8)}
    reading["scts"] = utc(said.date.replace(tzinfo=datetime.timezone.utc))    # it has taken the zone off
    concat = said.udh.concat if said.udh is not None else None
    reading["segment"] = concat and {"reference": concat.ref, "count": concat.cnt, "sequence": concat.seq}
    if reading["alphabet"] == DATA8:
        return {**reading, "data": bytes(said.text).hex()}
    return {**reading, "text": joined(said.text)}


READERS = {
    "pycrate": read_pycrate, "smspdudecoder": read_smspdudecoder, "python_messaging": read_python_messaging,
}
