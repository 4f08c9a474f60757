"""Signed notes, checkpoints, cosignatures, trust policies, receipts."""

import re

from . import Refused, require
from .signatures import ed25519
from .texts import LARGEST, base64, decimal, h, hash32, instant, utf8

LOG, WITNESS = 1, 4
SPACE = set(map(chr, [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))


def _control(text):
    return any(ord(character) < 0x20 and character != "\n" for character in text)


def is_name(text):
    return text != "" and "+" not in text and not _control(text) and not SPACE & set(text)


class Vkey:
    def __init__(self, text):
        match = re.fullmatch(r"([^+]*)\+([0-9a-fA-F]{8})\+([A-Za-z0-9+/=]+)", text)
        require(match, "not a verifier key")
        self.name, id_, data = match[1], bytes.fromhex(match[2]), base64(match[3])
        require(is_name(self.name), "not a name")
        require(len(data) == 33 and data[0] in (LOG, WITNESS), "not a key of type 0x01 or 0x04")
        self.type, self.key = data[0], data[1:]
        self.id = h(self.name.encode(), b"\n", data)[:4]
        require(self.id == id_, "another key ID")

    def verify(self, text, signature):
        """Refuses a bad signature. Gives a cosignature's time."""
        if self.type == LOG:
            ed25519(self.key, text.encode(), signature)
            return None
        require(len(signature) == 72, "not a cosignature")
        time = int.from_bytes(signature[:8], "big")
        require(time <= LARGEST, "too late a time")
        ed25519(self.key, ("cosignature/v1\ntime %d\n" % time).encode() + text.encode(), signature[8:])
        return time


def parse_note(note):
    """Text, and (name, key ID, signature) of each line."""
    whole = utf8(note)
    require(len(note) <= 1_000_000, "too long")
    require(not _control(whole), "control character")
    blank = whole.rfind("\n\n")
    require(blank >= 0 and whole.endswith("\n"), "no signatures")
    text, lines = whole[: blank + 1], whole[blank + 2 :].split("\n")[:-1]
    require(1 <= len(lines) <= 100, "no signatures, or too many")
    signatures = []
    for line in lines:
        require(line.startswith("\u2014 "), "not a signature line")
        name, space, data = line[2:].partition(" ")
        require(space and is_name(name), "not a signature line")
        data = base64(data)
        require(len(data) >= 5, "too short a signature")
        signatures.append((name, data[:4], data[4:]))
    return text, signatures


def open_note(note, keys):
    """The text, and (key, time) of each good signature of a known key."""
    text, signatures = parse_note(note)
    good = []
    for name, id_, signature in signatures:
        for key in keys:
            if (key.name, key.id) == (name, id_):
                good.append((key, key.verify(text, signature)))
    require(good, "no signature of a known key")
    return text, good


def checkpoint(text):
    """Origin, size, root."""
    require(text.endswith("\n"), "not a checkpoint")
    lines = text[:-1].split("\n")
    require(len(lines) >= 3 and "" not in lines, "not a checkpoint")
    return lines[0], decimal(lines[1]), hash32(lines[2])


class Policy:
    def __init__(self, data):
        require(len(data) <= 1_000_000, "too long")
        text = utf8(data)
        require(text == "" or text.endswith("\n"), "an unfinished line")
        require(not _control(text.replace("\t", " ")) and "\x7f" not in text, "control character")
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        self._members = set()
        for line in text.split("\n"):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                read = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum}
                require(words[0] in read, "unknown keyword")
                read[words[0]](words[1:])
        require(self.quorum is not None, "no quorum")

    def _defined(self, name):
        return name in self.witnesses or name in self.groups

    def _new(self, name):
        require(name != "none" and not self._defined(name), "a name twice")

    def _log(self, words):
        require(1 <= len(words) <= 2, "number of words")
        key = Vkey(words[0])
        require(key.type == LOG and all(key.key != other.key for other in self.logs), "not a new log")
        self.logs.append(key)

    def _witness(self, words):
        require(2 <= len(words) <= 3, "number of words")
        key = Vkey(words[1])
        self._new(words[0])
        require(key.type == WITNESS, "not a witness")
        require(all(key.key != other.key for other in self.witnesses.values()), "a key twice")
        self.witnesses[words[0]] = key

    def _group(self, words):
        require(len(words) >= 3, "number of words")
        name, count, *members = words
        k = 1 if count == "any" else len(members) if count == "all" else decimal(count)
        require(1 <= k <= len(members), "threshold")
        for member in members:
            require(self._defined(member) and member not in self._members, "not a member")
            self._members.add(member)
        self._new(name)
        self.groups[name] = (k, members)

    def _quorum(self, words):
        require(len(words) == 1 and self.quorum is None, "one quorum")
        require(words[0] == "none" or self._defined(words[0]), "undefined quorum")
        self.quorum = words[0]

    def met(self, cosigned):
        """Whether these names of witnesses make the quorum."""
        done = set(cosigned) & set(self.witnesses)
        for name, (k, members) in self.groups.items():
            if len(done & set(members)) >= k:
                done.add(name)
        return self.quorum == "none" or self.quorum in done

    def check(self, note):
        """Size and root of a checkpoint that passes, with (witness name, time) of its cosignatures."""
        origin = parse_note(note)[0].split("\n")[0]
        logs = [key for key in self.logs if key.name == origin]
        require(logs, "unknown log")
        text, good = open_note(note, logs + list(self.witnesses.values()))
        require(any(key in logs for key, _ in good), "not signed by the log")
        _, size, root = checkpoint(text)
        cosigned = [(name, time) for key, time in good for name, known in self.witnesses.items() if known is key]
        require(self.met({name for name, _ in cosigned}), "no quorum")
        return size, root, cosigned

    def as_of(self, cosigned, state_time, now, limit):
        """As of when it is known to be the latest; no limit: now is None."""
        if self.quorum == "none":
            time = state_time
        else:
            timely = [(t, name) for name, t in cosigned if now is None or t <= now + 60]
            names, time = set(), None
            for t, name in sorted(timely, reverse=True):
                names.add(name)
                if self.met(names):
                    time = t
                    break
        require(time is not None, "no quorum of its time")
        if now is not None:
            require(time <= now + 60, "of the future")
            require(now - time <= limit, "stale")
        return time


def receipt(text):
    require(text.endswith("\n"), "not a receipt")
    lines = text[:-1].split("\n")
    require(len(lines) == 7 and lines[0] == "cadastre-receipt/v1" and lines[1] != "", "not a receipt")
    _, origin, seq, previous, request, received, deadline = lines
    seq, previous, request = decimal(seq), hash32(previous), hash32(request)
    require(seq >= 1 and (seq == 1) == (previous == bytes(32)), "the first names no other")
    require(instant(received, 0) <= instant(deadline, 0), "deadline before receipt")
    return {"origin": origin, "seq": seq, "previous": previous, "request": request, "received": received, "deadline": deadline}


def receipts(notes, vkey):
    """A chain from the first receipt on."""
    key, before, chain = Vkey(vkey), None, []
    require(key.type == LOG, "not a receipt key")
    for note in notes:
        text, _ = open_note(note, [key])
        one = receipt(text)
        require(one["seq"] == len(chain) + 1, "out of sequence")
        if before is not None:
            require(one["previous"] == h(before.encode()), "another receipt before")
            require(one["origin"] == chain[0]["origin"], "another origin")
        before = text
        chain.append(one)
    return chain


__all__ = ["Policy", "Refused", "Vkey", "checkpoint", "open_note", "receipts"]
