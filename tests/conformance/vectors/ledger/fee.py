"""What the fees' key says of the fee of one act, as evidence of a request."""

import re

from . import require
from .notes import LOG, Vkey, open_note
from .texts import hash32, instant, key, units

HEADERS = {"cadastre-fee/v1": 6, "cadastre-fee-refusal/v1": 7}
REASONS = ("not-received", "amount-differs", "taken-back")
HANDLE = r"[A-Z0-9][A-Z0-9._-]{0,99}"


def fee_note(text):
    require(text.endswith("\n"), "not a fee note")
    lines = text[:-1].split("\n")
    require(HEADERS.get(lines[0]) == len(lines), "not a fee note")
    origin, holder, act, request = lines[1:5]
    require(re.fullmatch(r"[\x21-\x7e]{1,255}", origin) and re.fullmatch(HANDLE, holder), "no such names")
    require(act == "allocate", "an act without a fee")
    hash32(request)
    require(len(lines) == 6 or lines[5] in REASONS, "no such reason")
    instant(lines[-1])


def read_fee_item(item):
    """The shape of an item."""
    require(set(item) == {"alg", "key", "sig", "subject"}, "other members")
    require(all(isinstance(item[name], str) for name in item), "not text")
    require(re.fullmatch(r"[\x21-\x7e]{1,400}", item["key"]), "not a verifier key")
    require(units(item["sig"]) <= 2000 and item["sig"].endswith("\n"), "not lines")
    key(item["subject"])


def check_fee_item(item):
    vkey = Vkey(item["key"])
    require(vkey.type == LOG, "a key of another type")
    require(item["subject"].startswith("obj/staff/"), "no member of staff")
    text, _ = open_note(item["sig"].encode(), [vkey])
    fee_note(text)
