"""The closed shapes of entries and requests."""

import re

from . import require
from .signatures import read_evidence
from .texts import LARGEST, base64, hash32, instant, key, parse_canonical, utf8

PROCEDURE = re.compile(r"[a-z-]+/[1-9][0-9]{0,3}")
REFUSAL = re.compile(r"[a-z0-9-]+")
MEMBER = re.compile(r"[\x21-\x7e]+#[\x21-\x7e]+")


def closed(value, *names):
    require(isinstance(value, dict) and set(value) == set(names), "other members than " + " ".join(names))


def integer(value, least):
    require(type(value) is int and least <= value <= LARGEST, "not an integer")


def text(value, pattern, most):
    require(isinstance(value, str) and len(value) <= most and pattern.fullmatch(value), "not of the pattern")


def items(value, most, least=0):
    require(isinstance(value, list) and least <= len(value) <= most, "not a list of so many")
    return value


def _key(value):
    require(isinstance(value, str) and len(value) <= 140, "not a key")
    key(value)


def _hash_or_null(value):
    if value is not None:
        hash32(value)


def _one(value, *allowed):
    require(type(value) is not bool and value in allowed, "not one of " + str(allowed))


def read_request(value):
    closed(value, "v", "origin", "procedure", "body", "replaces", "expires", "nonce")
    _one(value["v"], 1)
    text(value["origin"], re.compile(r"[\x21-\x7e]+"), 255)
    text(value["procedure"], PROCEDURE, 40)
    require(isinstance(value["body"], dict), "the body is no object")
    for replaced in items(value["replaces"], 64):
        closed(replaced, "member", "hash")
        text(replaced["member"], MEMBER, 200)
        _hash_or_null(replaced["hash"])
    instant(value["expires"])
    require(isinstance(value["nonce"], str) and len(value["nonce"]) <= 4096, "not a nonce")
    base64(value["nonce"])


def _read_outcome(value):
    require(isinstance(value, dict) and type(value.get("accepted")) is bool, "not an outcome")
    if value["accepted"]:
        closed(value, "accepted", "effects")
        for effect in items(value["effects"], 4096):
            closed(effect, "key", "prev", "next")
            _key(effect["key"])
            _hash_or_null(effect["prev"])
    else:
        closed(value, "accepted", "refusals")
        for code in items(value["refusals"], 64, 1):
            text(code, REFUSAL, 60)


def read_op(value):
    closed(value, "t", "v", "at", "received", "procedure", "request", "evidence", "inputs", "outcome")
    _one(value["t"], "op")
    _one(value["v"], 1)
    instant(value["at"])
    if value["received"] is not None:
        closed(value["received"], "seq", "at")
        integer(value["received"]["seq"], 1)
        instant(value["received"]["at"])
    text(value["procedure"], PROCEDURE, 40)
    if value["request"] is not None:
        read_request(value["request"])
    if value["evidence"] != []:
        read_evidence(value["evidence"])
    for one in items(value["inputs"], 1024):
        closed(one, "key", "q", "hash")
        _key(one["key"])
        _one(one["q"], "record", "chain", "subtree")
        _hash_or_null(one["hash"])
    _read_outcome(value["outcome"])
    return value


def read_state(value, least_ops=1):
    closed(value, "t", "v", "at", "ops", "prev", "roots")
    _one(value["t"], "state")
    _one(value["v"], 1)
    instant(value["at"])
    integer(value["ops"], least_ops)
    if value["prev"] is not None:
        integer(value["prev"], 0)
    closed(value["roots"], "asn", "ip4", "ip6", "obj")
    for root in value["roots"].values():
        hash32(root)
    return value


def read_entry(data):
    require(len(data) <= 32768, "too large")
    value = parse_canonical(utf8(data))
    require(isinstance(value, dict), "no object")
    return read_state(value) if value.get("t") == "state" else read_op(value)
