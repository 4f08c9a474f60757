"""Ed25519 and ES256 as the page wants them, evidence, requests. OpenPGP is in openpgp.py."""

import base64 as _base64
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from . import Refused, require
from .texts import base64, h, utf8

SMALL_ORDER = [
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
]


def small_order(point):
    return point[:31] + bytes([point[31] & 0x7F]) in SMALL_ORDER


def ed25519(key, message, signature):
    require(len(key) == 32 and len(signature) == 64, "another length")
    require(not small_order(key) and not small_order(signature[:32]), "small order")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Refused("bad Ed25519 signature") from None


def _ecdsa(key, message, r, s):
    require((len(key), key[:1]) in ((65, b"\4"), (33, b"\2"), (33, b"\3")), "not a point")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise Refused("bad ECDSA signature") from None


def es256(key, message, signature):
    require(len(signature) == 64, "another length")
    _ecdsa(key, message, int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


TYPE = "application/vnd.cadastre.request+json"


def message_of(request):
    """DSSE v1 pre-authentication encoding of a request's canonical text."""
    body = request.encode()
    return ("DSSEv1 %d %s %d " % (len(TYPE), TYPE, len(body))).encode() + body


def _der(data):
    """r and s."""
    require(len(data) <= 72 and data[:1] == b"\x30" and len(data) >= 2 and data[1] == len(data) - 2, "not DER")
    numbers, at = [], 2
    for _ in range(2):
        require(data[at : at + 1] == b"\2" and at + 1 < len(data), "not DER")
        length = data[at + 1]
        value = data[at + 2 : at + 2 + length]
        require(length >= 1 and len(value) == length, "not DER")
        if len(value) > 1 and value[0] == 0:
            value = value[1:]
        require(len(value) <= 32, "too large a number")
        numbers.append(int.from_bytes(value, "big"))
        at += 2 + length
    require(at == len(data), "bytes after the DER")
    return numbers


def _client_data(data):
    try:
        value = json.loads(utf8(data), parse_constant=lambda _: require(False, "not JSON"), parse_int=float)
    except (ValueError, RecursionError):
        raise Refused("client data is not JSON") from None
    require(isinstance(value, dict), "client data is no object")
    return value


def _webauthn(item, message, party):
    require(party is not None, "no relying party")
    authenticator, client = base64(item["authenticatorData"]), base64(item["clientDataJSON"])
    said = _client_data(client)
    challenge = _base64.urlsafe_b64encode(h(message)).rstrip(b"=").decode()
    require(said.get("type") == "webauthn.get" and said.get("challenge") == challenge, "another challenge")
    require(isinstance(said.get("origin"), str) and said["origin"] in party["origins"], "another origin")
    require(len(authenticator) >= 37 and authenticator[:32] == h(party["id"].encode()), "another party")
    require(authenticator[32] & 1, "user not present")
    r, s = _der(base64(item["sig"]))
    _ecdsa(base64(item["key"]), authenticator + h(client), r, s)


PLAIN = {"alg", "key", "sig"}
WEBAUTHN = PLAIN | {"authenticatorData", "clientDataJSON"}


def read_evidence(evidence):
    """The shape of a list of evidence."""
    from .fee import read_fee_item

    require(isinstance(evidence, list) and 1 <= len(evidence) <= 32, "1 to 32 items")
    seen = set()
    for item in evidence:
        require(isinstance(item, dict) and isinstance(item.get("alg"), str), "not an item")
        require(item["alg"] in ("ed25519", "es256", "openpgp", "webauthn", "fee-note"), "no such algorithm")
        if item["alg"] == "fee-note":
            read_fee_item(item)
            require((item["alg"], item["key"]) not in seen, "a key twice")
            seen.add((item["alg"], item["key"]))
            continue
        require(set(item) == (WEBAUTHN if item["alg"] == "webauthn" else PLAIN), "other members")
        for name in set(item) - {"alg"}:
            require(isinstance(item[name], str) and len(item[name]) <= 4096, "not base64")
            base64(item[name])
        require((item["alg"], item["key"]) not in seen, "a key twice")
        seen.add((item["alg"], item["key"]))


def check_evidence(request, evidence, party):
    """Refuses unless every item is valid for the request's canonical text."""
    from .fee import check_fee_item
    from .openpgp import check_openpgp

    message = message_of(request)
    for item in evidence:
        if item["alg"] == "fee-note":
            check_fee_item(item)
        elif item["alg"] == "webauthn":
            _webauthn(item, message, party)
        elif item["alg"] == "openpgp":
            check_openpgp(base64(item["key"]), base64(item["sig"]), message)
        else:
            verify = ed25519 if item["alg"] == "ed25519" else es256
            verify(base64(item["key"]), message, base64(item["sig"]))
