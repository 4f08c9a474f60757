"""Detached OpenPGP signatures as the page wants them: two packets of version 4, and RSA by pow()."""

import hashlib

from . import require
from .signatures import ed25519, es256

HASHES = {8: "sha256", 10: "sha512"}
DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        require(self.at + length <= len(self.data), "cut short")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, length):
        return int.from_bytes(self.take(length), "big")

    def mpi(self):
        """Bytes of a multiprecision integer in its one spelling."""
        bits = self.number(2)
        data = self.take((bits + 7) // 8)
        require(int.from_bytes(data, "big").bit_length() == bits, "bits that do not count")
        return data

    def end(self):
        require(self.at == len(self.data), "bytes after the end")


def read_key(data):
    """The algorithm's number, and its key: 32 bytes, a point, or the pair n, e."""
    cursor = Cursor(data)
    require(cursor.number(1) == 4, "a key of another version")
    cursor.take(4)
    algorithm = cursor.number(1)
    require(algorithm in (1, 19, 22, 27), "another algorithm")
    if algorithm == 27:
        key = cursor.take(32)
    elif algorithm == 22:
        require(cursor.take(10) == bytes.fromhex("092b06010401da470f01"), "another curve")
        point = cursor.mpi()
        require(len(point) == 33 and point[0] == 0x40, "not a native point")
        key = point[1:]
    elif algorithm == 19:
        require(cursor.take(9) == bytes.fromhex("082a8648ce3d030107"), "another curve")
        key = cursor.mpi()
        require(len(key) == 65 and key[0] == 4, "not an uncompressed point")
    else:
        n, e = (int.from_bytes(cursor.mpi(), "big") for _ in range(2))
        require(2048 <= n.bit_length() <= 4096 and n % 2 == 1, "another modulus")
        require(3 <= e < 2**32 and e % 2 == 1, "another exponent")
        key = (n, e)
    cursor.end()
    return algorithm, key


def check_subpackets(area):
    cursor, times = Cursor(area), 0
    while cursor.at < len(area):
        length = cursor.number(1)
        if 192 <= length < 255:
            length = (length - 192) * 256 + cursor.number(1) + 192
        elif length == 255:
            length = cursor.number(4)
        require(length >= 1, "an empty subpacket")
        body = cursor.take(length)
        critical, kind = body[0] >= 128, body[0] & 127
        require(kind != 3, "the signature ends at a time")
        require(not critical or kind in (2, 16, 33), "critical and not understood")
        if kind == 2:
            require(length == 5, "not a time")
            times += 1
    require(times == 1, "when it was made, once")


def rsa(key, name, digest, value):
    n, e = key
    size = (n.bit_length() + 7) // 8
    info = DIGEST_INFO[name] + digest
    wanted = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    require(value < n and pow(value, e, n).to_bytes(size, "big") == wanted, "bad RSA signature")


def check_openpgp(key_body, signature, message):
    algorithm, key = read_key(key_body)
    cursor = Cursor(signature)
    require(cursor.take(2) == b"\4\0" and cursor.number(1) == algorithm, "another kind of signature")
    name = HASHES.get(cursor.number(1))
    require(name is not None, "another hash")
    check_subpackets(cursor.take(cursor.number(2)))
    covered = signature[: cursor.at]
    require(cursor.number(2) == 0, "unhashed subpackets")
    whole = message + covered + b"\4\xff" + len(covered).to_bytes(4, "big")
    digest = hashlib.new(name, whole).digest()
    require(cursor.take(2) == digest[:2], "another hash value")
    if algorithm == 1:
        value = int.from_bytes(cursor.mpi(), "big")
        cursor.end()
        rsa(key, name, digest, value)
        return
    if algorithm == 27:
        pair = cursor.take(64)
    else:
        numbers = [cursor.mpi() for _ in range(2)]
        require(all(len(number) <= 32 for number in numbers), "too large a number")
        pair = b"".join(number.rjust(32, b"\0") for number in numbers)
    cursor.end()
    if algorithm == 19:
        require(name == "sha256", "another hash")
        es256(key, whole, pair)
    else:
        ed25519(key, digest, pair)
