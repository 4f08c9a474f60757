"""Files that convict (docs/misbehaviour.md), as far as no procedure has to be executed and no service judged."""

import base64
import json

from . import Refused, notes, require, tree
from .entries import read_entry
from .state import agree, bit, cut, node_hash, record_hash
from .texts import SPACES, canonical, h, hash32, instant, key, to_base64

FOUNDING = ("genesis/1", "import/1", "open/1", "take-over/1")
DEADLINE_SECONDS = 60


class TakesProcedures(Exception):
    """Whether the file convicts is for who executes procedures, or judges a service."""


def _entry(item):
    return item.encode() if isinstance(item, str) else base64.b64decode(item["base64"])


class Stretch:
    """Entries side by side: (index, bytes, what they say or None) each."""

    def __init__(self, item, size, root):
        data = [_entry(one) for one in item["entries"]]
        require(data, "no entries")
        proof = [hash32(one) for one in item["proof"]]
        tree.check_range(item["first"], [tree.leaf(one) for one in data], size, proof, root)
        self.entries = [(item["first"] + n, one, _read(one)) for n, one in enumerate(data)]


def _read(data):
    try:
        return read_entry(data)
    except Refused:
        return None


def _state(entry):
    return entry is not None and entry["t"] == "state"


def _op(entry):
    return entry is not None and entry["t"] == "op"


def _two(entries):
    require(len(entries) == 2 and entries[0][0] < entries[1][0], "not two entries")
    return entries


def _one(entries):
    require(len(entries) == 1, "not one entry")
    return entries[0]


def _side_by_side(entries):
    one, other = _two(entries)
    require(one[0] + 1 == other[0], "not side by side")
    return one, other


def _no_utf8(entries, _):
    _, data, _ = _one(entries)
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    raise Refused("UTF-8")


def _no_entry(entries, _):
    require(_one(entries)[2] is None, "an entry")


def _open(entries, size):
    index, _, entry = _one(entries)
    require(index == size - 1 and not _state(entry), "a state entry, or not the last")


def _miscounted(entries, _):
    index, _, entry = _one(entries)
    require(_state(entry), "no state entry")
    require(entry["ops"] != index - (-1 if entry["prev"] is None else entry["prev"]) - 1, "counted right")


def _previous(entries, _):
    (at, _, other), (index, _, entry) = _two(entries)
    require(_state(entry), "no state entry")
    named = -1 if entry["prev"] is None else entry["prev"]
    require(named >= index or (named == at and not _state(other)) or (_state(other) and at > named), "named right")


def _decreases(entries, _):
    (_, _, one), (_, _, other) = _two(entries)
    require(one and other and other["at"] < one["at"], "time goes on")


def _differs(entries, _):
    (_, _, one), (_, _, other) = _side_by_side(entries)
    require(_op(one) and other and other["at"] != one["at"], "one time")


def _receipt(entries):
    _, _, entry = _one(entries)
    require(_op(entry) and entry["request"] is not None, "no request")
    return entry


def _missing(entries, _):
    entry = _receipt(entries)
    require(entry["received"] is None and entry["request"]["procedure"] not in FOUNDING, "a receipt")


def _after(entries, _):
    entry = _receipt(entries)
    require(entry["received"] is not None and entry["received"]["at"] > entry["at"], "received before")


def _late(entries, _):
    entry = _receipt(entries)
    require(entry["received"] is not None, "no receipt")
    require(instant(entry["at"]) > instant(entry["received"]["at"]) + DEADLINE_SECONDS, "in time")


def _receipts(entries):
    for place, (_, _, entry) in enumerate(entries):
        require(entry is not None, "no entry")
        require(place == 0 or entry.get("procedure") != "take-over/1", "a successor takes over")
    return [(index, entry["received"]) for index, _, entry in entries if _op(entry) and entry["received"]]


def _disordered(entries, _):
    found = _receipts(entries)
    require(len(found) >= 2, "not two receipts")
    one, other = found[0][1], found[-1][1]
    require(other["seq"] <= one["seq"] or other["at"] < one["at"], "in order")


def _ignored(entries, _):
    *along, (clock, _, state) = entries
    found = _receipts(along)
    before = found[-2][1]["seq"] if len(found) > 1 else 0 if along[0][0] == 0 else None
    require(found and before is not None and found[-1][0] == along[-1][0], "no gap")
    last = found[-1][1]
    require(last["seq"] > before + 1, "no gap")
    require(_state(state) and clock > along[-1][0], "no later state entry")
    require(instant(state["at"]) > instant(last["at"]) + DEADLINE_SECONDS, "they may wait")


ENTRIES = {
    "entry-not-utf8": _no_utf8,
    "entry-not-canonical": _no_entry,
    "entry-malformed": _no_entry,
    "batch-open": _open,
    "ops-miscounted": _miscounted,
    "previous-state-wrong": _previous,
    "time-decreases": _decreases,
    "time-differs-in-batch": _differs,
    "receipt-missing": _missing,
    "receipt-after-decision": _after,
    "decision-late": _late,
    "receipt-out-of-order": _disordered,
    "receipt-ignored": _ignored,
}


class Pruned:
    """A state of which only some nodes are known, each by its hash."""

    def __init__(self, space, root, nodes):
        self.space, self.root, self.nodes = space, root, {}
        for length, label, *hashes in nodes:
            data = [None if one is None else hash32(one) for one in hashes]
            self._keep((length, base64.b64decode(label), *data))

    def _keep(self, node):
        length, label, value, left, right = node
        hash_ = node_hash(self.space, label, length, value, left, right)
        self.nodes[hash_] = node
        return hash_

    def put(self, label, length, value):
        self.root = self._put(self.root, label, length, value)

    def _put(self, hash_, label, length, value):
        require(hash_ in self.nodes, "a node that is not in the file")
        at, own, here, *children = self.nodes[hash_]
        agreed = agree(own, label, min(at, length))
        if agreed < at:
            if value is None:
                return hash_
            other = None if agreed == length else self._keep((length, label, value, None, None))
            below = [hash_, other] if bit(own, agreed) == 0 else [other, hash_]
            return self._keep((agreed, cut(own, agreed), value if agreed == length else None, *below))
        if at == length:
            return self._settle(at, own, value, children)
        side = bit(label, at)
        if children[side] is not None:
            require(self.nodes.get(children[side], (at + 1,))[0] > at, "not downwards")
            children[side] = self._put(children[side], label, length, value)
        elif value is not None:
            children[side] = self._keep((length, label, value, None, None))
        return self._settle(at, own, here, children)

    def _settle(self, at, own, value, children):
        if at == 0 or value is not None or None not in children:
            return self._keep((at, own, value, *children))
        return children[0] or children[1]


def _roots(item, size, root):
    log = Stretch(item["log"], size, root).entries
    before, after = log[0][2], log[-1][2]
    require(_state(after) and (_state(before) or log[0][0] == 0), "not one batch")
    ops = log[1:-1] if _state(before) else log[:-1]
    require(all(_op(entry) for _, _, entry in ops), "no op")
    space = item["space"]
    width = SPACES[space][1] // 8
    empty = (0, to_base64(bytes(width)), None, None, None)
    known = hash32(before["roots"][space]) if _state(before) else node_hash(space, bytes(width), 0, None, None, None)
    trie = Pruned(space, known, [*item["nodes"], empty])
    for _, _, entry in ops:
        for effect in entry["outcome"].get("effects", []):
            of, label, length = key(effect["key"])
            if of == space:
                next_ = effect["next"]
                trie.put(label, length, None if next_ is None else record_hash(canonical(next_)))
    require(to_base64(trie.root) != after["roots"][space], "the root is right")


def _fork(item, policy):
    (one, root), (other, other_root) = sorted(policy.check(note.encode())[:2] for note in item["checkpoints"])
    if one < other:
        known = hash32(item["root"])
        tree.check_consistency(one, other, [hash32(hash_) for hash_ in item["proof"]], known, other_root)
        other_root = known
    require(root != other_root, "it only grew")


def _contradiction(item, vkey):
    texts = [notes.open_note(note.encode(), [notes.Vkey(vkey)])[0] for note in item["receipts"]]
    one, other = sorted(texts, key=lambda text: notes.receipt(text)["seq"])
    a, b = notes.receipt(one), notes.receipt(other)
    require(a["origin"] == b["origin"] and one != other, "not two receipts of one registry")
    doubled = a["seq"] == b["seq"] or a["previous"] == b["previous"]
    require(doubled or (a["seq"] + 1 == b["seq"] and b["previous"] != h(one.encode())), "both can be true")


def _served(item, rule, policy):
    if item["service"] != "log":
        raise TakesProcedures
    size, root, _ = policy.check(item["checkpoint"].encode())
    data = item["observed"]["bytes"]
    if rule == "log-root-differs" and item["query"] == "checkpoint":
        tiles = {one["path"]: base64.b64decode(one["bytes"]) for one in item["tiles"]}
        require(tree.edge_root(size, tiles.__getitem__) != root, "the root is right")
        return
    level, index, width = tree.parse_path(item["query"])
    require((level, index, width) in tree.files_of(size), "no such file")
    if data is None:
        require(rule == ("bundle-missing" if level == "entries" else "tile-missing"), "nothing came")
        return
    data = base64.b64decode(data)
    try:
        hashes = [tree.leaf(one) for one in tree.bundle(data, width)] if level == "entries" else tree.tile(data, width)
    except Refused:
        require(rule == ("bundle-malformed" if level == "entries" else "tile-differs"), "malformed")
        return
    require(rule in ("tile-differs", "log-root-differs"), "another rule")
    node = item["node"]
    hash_ = hash32(node["hash"])
    tree.check_node(hash_, node["level"], node["index"], size, [hash32(one) for one in node["proof"]], root)
    count = 2 ** (node["level"] - 8 * (0 if level == "entries" else level))
    first = node["index"] * count - index * 256
    require(count >= 1 and 0 <= first and first + count <= width, "not in this file")
    require(tree.root(hashes[first : first + count]) != hash_, "the file is right")


def verify(text, policy, vkey):
    """Refused where the file convicts nobody."""
    try:
        item = json.loads(text)
    except ValueError:
        raise Refused("no JSON") from None
    require(item.get("format") == "cadastre-misbehaviour/v1", "another format")
    kind, rule = item["kind"], item["rule"]
    if kind in ("decision", "record"):
        raise TakesProcedures
    if kind == "fork":
        require(rule == "log-forked", "another rule")
        return _fork(item, policy)
    if kind == "receipts":
        require(rule == "receipts-contradict", "another rule")
        return _contradiction(item, vkey)
    if kind == "served":
        return _served(item, rule, policy)
    require(isinstance(item.get("checkpoint"), str), "no checkpoint")
    size, root, _ = policy.check(item["checkpoint"].encode())
    if kind == "roots":
        require(rule == "roots-differ", "another rule")
        return _roots(item, size, root)
    require(kind == "entries" and rule in ENTRIES, "another kind or rule")
    entries = [entry for one in item["entries"] for entry in Stretch(one, size, root).entries]
    return ENTRIES[rule](entries, size)


__all__ = ["TakesProcedures", "verify"]
