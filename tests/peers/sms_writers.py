"""SMS-DELIVERs as pycrate and python-messaging write them, for our reader.

Refuses: to hand out what another library does not read back as the text that was asked for.
In: {"text", "number", "alphabet": gsm7 | ucs2 | absent (gsm7 when it can), "reference": 0 to 65535, "scts"}.
Out: per writer {"alphabet", "tpdus": [hex, …]} in order, or {"error"}.
"""

import datetime

from messaging.sms import SmsSubmit
from pycrate_mobile import TS23040_SMS as tp
from pycrate_mobile.TS23038 import encode_7b

import sms_readers
from sms_readers import GSM7, UCS2

# What one segment carries: alone, with an 8-bit and with a 16-bit reference (TS 23.040 9.2.3.24).
SEPTETS = {None: 160, 8: 153, 16: 152}
UNITS = {None: 70, 8: 67, 16: 66}


def write(wish):
    return {name: _checked(make, wish) for name, make in WRITERS.items()}


def _checked(make, wish):
    try:
        alphabet = wish.get("alphabet") or (GSM7 if is_gsm(wish["text"]) else UCS2)
        tpdus = make(wish["text"], wish["number"], alphabet, wish.get("reference", 0), wish.get("scts"))
        read_back = "".join(_text_by_another(make, octets) for octets in tpdus)
    except Exception as error:  # each library has its own kinds
        return {"error": repr(error)[:200]}
    if read_back != wish["text"]:
        return {"error": "another library reads another text in what it wrote"}
    return {"alphabet": alphabet, "tpdus": tpdus}


def _text_by_another(make, octets):
    """The text as a library reads it that did not write it."""
    own = "pycrate" if make is by_pycrate else "python_messaging"
    for name, read in sms_readers.READERS.items():
        reading = read("deliver", octets) if name != own else {}
        if "text" in reading and "text" not in reading.get("doubt", {}):
            return reading["text"]
    raise ValueError("no other library reads it")


def is_gsm(text):
    try:
        encode_7b(text)
        return True
    except Exception:  # pycrate's own kind
        return False


def by_pycrate(text, number, alphabet, reference, scts):
    width = 16 if reference > 255 else 8
    alone, parts = split(text, alphabet, None), split(text, alphabet, width)
    if len(alone) == 1:
        return [_deliver(alone[0], number, alphabet, None, scts).hex()]
    if len(parts) > 255:
        raise ValueError("more than 255 segments")
    segments = [(width, reference, len(parts), sequence) for sequence in range(1, len(parts) + 1)]
    return [_deliver(part, number, alphabet, segment, scts).hex() for part, segment in zip(parts, segments)]


def split(text, alphabet, width):
    """Segments of a text; no extended character and no surrogate pair is cut in two."""
    room, weigh = (SEPTETS[width], sms_readers.septets) if alphabet == GSM7 else (UNITS[width], _units)
    parts, used = [""], 0
    for character in text:
        weight = weigh(character)
        if used + weight > room:
            parts.append("")
            used = 0
        parts[-1] += character
        used += weight
    return parts


def _units(character):
    return len(character.encode("utf-16-be")) // 2


def _deliver(part, number, alphabet, segment, scts):
    pdu = tp.SMS_DELIVER()
    pdu["TP_MMS"].set_val(1)
    pdu["TP_UDHI"].set_val(1 if segment else 0)
    pdu["TP_OA"].set_val({"Type": 1 if number.startswith("+") else 0, "NumberingPlan": 1})
    pdu["TP_OA"]["Num"].encode(number.lstrip("+"))
    pdu["TP_DCS"].set_val({"Group": 0, "Charset": 0 if alphabet == GSM7 else 2, "Class": 0})
    moment = datetime.datetime.fromisoformat(scts) if scts else datetime.datetime(2026, 1, 2, 3, 4, 5)
    pdu["TP_SCTS"].set_val((moment.timetuple(), 0.0))
    user_data = pdu["TP_UD"]
    if segment:
        width, reference, count, sequence = segment
        kind = 8 if width == 16 else 0
        octets = bytes([kind, width // 8 + 2]) + reference.to_bytes(width // 8, "big") + bytes([count, sequence])
        user_data["UDH"].from_bytes(bytes([len(octets)]) + octets)
    user_data["UD"].set_val(part)
    if alphabet == GSM7:
        # Its own count takes seven spare bits for a septet.
        user_data["UDL"].set_val(sms_readers.header_septets(user_data) + sms_readers.septets(part))
    return pdu.to_bytes()


def by_python_messaging(text, number, alphabet, reference, scts):
    """It writes SMS-SUBMITs: their user data in SMS-DELIVERs of our own head."""
    if reference > 255:
        raise ValueError("writes 8-bit references only")
    submit = SmsSubmit(number, text)
    submit.fmt = 0x00 if alphabet == GSM7 else 0x08
    submit.rand_id = reference
    return [_as_deliver(bytes.fromhex(part.pdu), scts).hex() for part in submit.to_pdu()]


def _as_deliver(submit, scts):
    """SMSC address 00, first octet, TP-MR, TP-DA, TP-PID, TP-DCS, then the user data (no TP-VP)."""
    if submit[0] != 0 or submit[1] & 0x18:
        raise ValueError("an SMSC address or a validity period")
    digits = submit[3]
    address_end = 5 + (digits + 1) // 2
    moment = datetime.datetime.fromisoformat(scts) if scts else datetime.datetime(2026, 1, 2, 3, 4, 5)
    stamp = moment.strftime("%y%m%d%H%M%S") + "00"
    swapped = "".join(stamp[at + 1] + stamp[at] for at in range(0, len(stamp), 2))
    first = 0x04 | (submit[1] & 0x40)
    head, coding = submit[3:address_end], submit[address_end:address_end + 2]
    return bytes([first]) + head + coding + bytes.fromhex(swapped) + submit[address_end + 2:]


WRITERS = {"pycrate": by_pycrate, "python_messaging": by_python_messaging}
