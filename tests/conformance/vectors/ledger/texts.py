"""Conventions, canonical JSON, keys."""

import base64 as _base64
import binascii
import json
import re
from hashlib import sha256

from . import Refused, require

LARGEST = 2**53 - 1
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
DECIMAL = re.compile(r"0|[1-9][0-9]*")
INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")


def h(*parts):
    return sha256(b"".join(parts)).digest()


def utf8(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None


def well_formed(text):
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in text)


def units(text):
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def base64(text):
    require(BASE64.fullmatch(text), "not base64")
    try:
        data = _base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Refused("not base64") from None
    require(_base64.b64encode(data).decode() == text, "unused bits of base64 are set")
    return data


def to_base64(data):
    return _base64.b64encode(data).decode()


def hash32(text):
    require(isinstance(text, str) and len(text) == 44, "not a hash")
    data = base64(text)
    require(len(data) == 32, "not a hash")
    return data


def decimal(text):
    require(DECIMAL.fullmatch(text) and len(text) <= 16, "not a decimal")
    value = int(text)
    require(value <= LARGEST, "too large a decimal")
    return value


def _days_in(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def instant(text, first_year=1970):
    """POSIX seconds of an instant."""
    match = INSTANT.fullmatch(text) if isinstance(text, str) else None
    require(match, "not an instant")
    year, month, day, hour, minute, second = map(int, match.groups())
    require(year >= first_year and 1 <= month <= 12 and 1 <= day <= _days_in(year, month), "no such day")
    require(hour <= 23 and minute <= 59 and second <= 59, "no such time")
    # Days since 0000-03-01, so that the leap day is a year's last.
    years = year - (month <= 2)
    in_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = 365 * years + years // 4 - years // 100 + years // 400 + in_year - 719468
    return days * 86400 + hour * 3600 + minute * 60 + second


# Canonical JSON


def _string(text):
    require(well_formed(text), "lone surrogate")
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    out = []
    for character in text:
        if character in short:
            out.append(short[character])
        elif ord(character) < 0x20:
            out.append("\\u%04x" % ord(character))
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def canonical(value, inside=0):
    require(inside <= 32, "too deep")
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        require(abs(value) <= LARGEST, "not a safe integer")
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, inside + 1) for item in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(_string(name) + ":" + canonical(value[name], inside + 1) for name in names) + "}"
    raise Refused("no value of the ledger")


def _no_number(_):
    raise Refused("no integer")


def _integer(text):
    require(len(text) <= 17, "too large an integer")
    return int(text)


def parse_canonical(text):
    try:
        value = json.loads(text, parse_float=_no_number, parse_constant=_no_number, parse_int=_integer)
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None
    require(canonical(value) == text, "not in canonical form")
    return value


# Keys

SPACES = {"ip4": (4, 32), "ip6": (6, 128), "asn": (10, 32), "obj": (16, 256)}
TYPES = (
    "registry holder identity order authority procedure peer application staff pool notes incident complaint transit witnesses roster call maintainers desk document calendar"
).split()
HANDLE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,99}")


def _octets(text):
    parts = text.split(".")
    require(len(parts) == 4, "not an IPv4 address")
    values = [decimal(part) for part in parts]
    require(all(value <= 255 for value in values), "not an IPv4 address")
    return sum(value << shift for value, shift in zip(values, (24, 16, 8, 0)))


def _quad(value):
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def write_ip6(value):
    """RFC 5952."""
    if value >> 32 == 0xFFFF:
        return "::ffff:" + _quad(value & 0xFFFFFFFF)
    groups = [value >> 16 * (7 - n) & 0xFFFF for n in range(8)]
    best, length = 0, 1
    start = 0
    while start < 8:
        end = start
        while end < 8 and groups[end] == 0:
            end += 1
        if end - start > length:
            best, length = start, end - start
        start = max(end, start + 1)
    texts = ["%x" % group for group in groups]
    if length == 1:
        return ":".join(texts)
    return ":".join(texts[:best]) + "::" + ":".join(texts[best + length :])


def _ip6(text):
    """A value whose one spelling the text is."""
    head, gap, tail = text.partition("::")
    value = 0
    groups = []
    for part in (head, tail):
        words = part.split(":") if part else []
        if words and "." in words[-1]:
            quad = _octets(words.pop())
            words += ["%x" % (quad >> 16), "%x" % (quad & 0xFFFF)]
        require(all(re.fullmatch(r"[0-9a-f]{1,4}", word) for word in words), "not an IPv6 address")
        groups.append([int(word, 16) for word in words])
    zeros = 8 - len(groups[0]) - len(groups[1])
    require(zeros >= 1 if gap else zeros == 0, "not an IPv6 address")
    for group in groups[0] + [0] * zeros + groups[1]:
        value = value << 16 | group
    require(write_ip6(value) == text, "not the one spelling of the address")
    return value


def write_key(space, label, length):
    """The key of a cell from its label."""
    value = int.from_bytes(label, "big")
    text = _quad(value) if space == "ip4" else write_ip6(value) if space == "ip6" else str(value)
    return "%s/%s/%d" % (space, text, length)


def key(text):
    """Space, label and length of a key."""
    space, _, rest = text.partition("/")
    require(space in SPACES, "no such space")
    width = SPACES[space][1]
    name, slash, last = rest.partition("/")
    require(slash, "not a key")
    if space == "obj":
        require(name in TYPES and HANDLE.fullmatch(last), "not an object's key")
        return space, h(name.encode(), b"\0", last.encode()), 256
    length = decimal(last)
    require(length <= width, "too long")
    value = _octets(name) if space == "ip4" else _ip6(name) if space == "ip6" else decimal(name)
    require(value < 2**width, "too large")
    require(value & ((1 << (width - length)) - 1) == 0, "bits past the length")
    return space, value.to_bytes(width // 8, "big"), length


def is_key(text):
    try:
        key(text)
        return True
    except Refused:
        return False
