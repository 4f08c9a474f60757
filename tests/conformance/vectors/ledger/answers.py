"""Answers: the verifier's checklist."""

import json

from . import Refused, require
from .entries import read_state
from .state import agree, bit, cut, node_hash, record_hash
from .texts import SPACES, base64, decimal, hash32, instant, key, parse_canonical, utf8, well_formed, write_key
from .tree import check_inclusion, leaf


def frame(data):
    require(len(data) <= 4_000_000, "too long")
    text = utf8(data)
    head, blank, note = text.partition("\n\n")
    require(blank and note, "no checkpoint")
    lines = head.split("\n")
    require(len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1", "not a proof document")
    require(lines[1].startswith("extra ") and lines[2].startswith("index "), "no extra, no index")
    require(len(lines) <= 3 + 63, "too long a proof")
    extra, index = base64(lines[1][6:]), decimal(lines[2][6:])
    return extra, index, [hash32(line) for line in lines[3:]], note.encode()


def _once(pairs):
    names = [name for name, _ in pairs]
    require(len(set(names)) == len(names), "a member twice")
    return dict(pairs)


def _hash(value):
    if value is None:
        return None
    data = hash32(value)
    require(data != bytes(32), "zero bytes for a hash")
    return data


def _length(value):
    require(isinstance(value, float) and value.is_integer() and 0 <= value <= 256, "not a length")
    return int(value)


def _node(value):
    require(isinstance(value, list) and len(value) in (3, 4), "not a node")
    return [_length(value[0])] + [_hash(item) for item in value[1:]]


def read_extra(data):
    try:
        value = json.loads(
            utf8(data), object_pairs_hook=_once, parse_int=float, parse_constant=lambda _: require(False, "not JSON")
        )
    except (ValueError, RecursionError):
        raise Refused("extra is not JSON") from None
    require(isinstance(value, dict) and set(value) == {"state", "nodes", "end", "records"}, "other members")
    state, nodes, end, records = value["state"], value["nodes"], value["end"], value["records"]
    require(isinstance(state, str) and well_formed(state), "the state is no text")
    require(isinstance(nodes, list) and 1 <= len(nodes) <= 257, "no path")
    nodes = [_node(node) for node in nodes]
    if end is not None:
        require(isinstance(end, dict) and set(end) == {"key", "len", "value", "left", "right"}, "not an end")
        require(isinstance(end["key"], str), "not an end")
        end = [base64(end["key"]), _length(end["len"])] + [_hash(end[name]) for name in ("value", "left", "right")]
    require(isinstance(records, list), "no records")
    require(all(isinstance(text, str) and well_formed(text) for text in records), "a record is no text")
    return state, nodes, end, records


def _check_lengths(nodes, q):
    before = -1
    for node in nodes:
        require(node[0] == 0 if before < 0 else node[0] > before, "lengths do not increase from 0")
        require(node[0] <= q and (len(node) == 4) == (node[0] == q), "past the query, or another form")
        before = node[0]


def _check_end(space, label, q, last, end):
    require(last < q, "an end, and yet the path reaches the query")
    at, length = end[0], end[1]
    width = SPACES[space][1]
    require(len(at) * 8 == width and last < length <= width, "not below the path")
    require(cut(at, length) == at, "bits past the length")
    agreed = agree(at, label, min(length, q))
    require(agreed > last, "not on the query's side")
    require(not (agreed == length <= q), "a prefix of the query")


def _fold(space, label, q, nodes, end):
    below = node_hash(space, *end) if end else None
    for length, value, *others in reversed(nodes):
        if length == q:
            left, right = others
        else:
            left, right = (below, others[0]) if bit(label, length) == 0 else (others[0], below)
        below = node_hash(space, cut(label, length), length, value, left, right)
    return below


def verify(data, name, policy, now, limit):
    """What an answer proves of a key."""
    space, label, q = key(name)
    extra, index, proof, note = frame(data)
    size, root, cosigned = policy.check(note)
    require(index == size - 1, "not the last entry")
    state_text, nodes, end, records = read_extra(extra)
    check_inclusion(leaf(state_text.encode()), index, size, proof, root)
    state = read_state(parse_canonical(state_text), least_ops=0)
    as_of = policy.as_of(cosigned, instant(state["at"]), now, limit)
    _check_lengths(nodes, q)
    if end is not None:
        _check_end(space, label, q, nodes[-1][0], end)
    require(_fold(space, label, q, nodes, end) == hash32(state["roots"][space]), "another root")
    values = [(node[0], node[1]) for node in nodes if node[1] is not None]
    require(len(values) == len(records), "another number of records")
    covering = []
    for (length, value), text in zip(values, records):
        require(record_hash(text) == value, "another record")
        require(isinstance(parse_canonical(text), dict), "a record is no object")
        at = name if length == q else write_key(space, cut(label, length), length)
        covering.append({"key": at, "text": text})
    if nodes[-1][0] == q:
        more = nodes[-1][2] is not None or nodes[-1][3] is not None
    else:
        more = end is not None and end[1] > q and agree(end[0], label, q) == q
    return {"covering": covering, "moreSpecific": "exists" if more else "none", "size": size, "asOf": as_of}
