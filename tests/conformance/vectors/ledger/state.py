"""Tries from sets of records: roots, what covers, what lies inside, paths."""

import hmac
from hashlib import sha256

from .texts import SPACES, canonical, h, key, to_base64

ZERO = bytes(32)


def record_hash(text):
    return h(b"\3", text.encode())


def node_hash(space, label, length, value, left, right):
    tag = SPACES[space][0]
    return h(bytes([2, tag]), length.to_bytes(2, "big"), label, value or ZERO, left or ZERO, right or ZERO)


def member_hash(member):
    return h(b"\7", canonical(member).encode())


def commitment(opening, field, value):
    data = b"\5" + len(field.encode()).to_bytes(2, "big") + field.encode() + value.encode()
    return hmac.new(opening, data, sha256).digest()


def bit(label, number):
    return label[number // 8] >> (7 - number % 8) & 1


def agree(one, other, most):
    """On how many leading bits two labels agree."""
    length = 0
    while length < most and bit(one, length) == bit(other, length):
        length += 1
    return length


def cut(label, length):
    """A label's first bits, the others zero."""
    value = int.from_bytes(label, "big")
    past = len(label) * 8 - length
    return (value >> past << past).to_bytes(len(label), "big")


class Node:
    """A node over a sorted list of (label, length, value), all of which begin with its bits."""

    def __init__(self, space, label, length, items):
        self.space, self.label, self.length = space, label, length
        here = [value for _, at, value in items if at == length]
        below = [item for item in items if item[1] > length]
        self.value = here[0] if here else None
        self.children = [self._child([item for item in below if bit(item[0], length) == side]) for side in (0, 1)]
        hashes = [child and child.hash for child in self.children]
        self.hash = node_hash(space, label, length, self.value, *hashes)

    def _child(self, items):
        if not items:
            return None
        first = items[0]
        # The longest prefix that all share is a record's own, or parts two of them.
        length = min(agree(first[0], label, min(first[1], at)) for label, at, _ in items)
        return Node(self.space, cut(first[0], length), length, items)


class State:
    """Records by key."""

    def __init__(self):
        self.records = {}
        self._tries = {}

    def put(self, name, text):
        space = name.split("/")[0]
        self._tries.pop(space, None)
        if text is None:
            self.records.pop(name, None)
        else:
            self.records[name] = text

    def trie(self, space):
        if space not in self._tries:
            items = []
            for name, text in self.records.items():
                if name.startswith(space + "/"):
                    _, label, length = key(name)
                    items.append((label, length, record_hash(text)))
            width = SPACES[space][1]
            self._tries[space] = Node(space, bytes(width // 8), 0, sorted(items))
        return self._tries[space]

    def roots(self):
        return {space: to_base64(self.trie(space).hash) for space in SPACES}

    def record(self, name):
        text = self.records.get(name)
        return None if text is None else record_hash(text)

    def path(self, name):
        """The nodes from the root to the key, and the child on its side that is not on the way (or None)."""
        space, label, length = key(name)
        nodes = [self.trie(space)]
        while nodes[-1].length < length:
            child = nodes[-1].children[bit(label, nodes[-1].length)]
            if child is None:
                return nodes, None
            if child.length > length or agree(child.label, label, child.length) < child.length:
                return nodes, child
            nodes.append(child)
        return nodes, None

    def chain(self, name):
        nodes, _ = self.path(name)
        covering = [node for node in nodes if node.value is not None]
        if not covering:
            return None
        return h(b"\6", *[node.length.to_bytes(2, "big") + node.value for node in covering])

    def subtree(self, name):
        _, label, length = key(name)
        nodes, end = self.path(name)
        if nodes[-1].length == length:
            return nodes[-1].hash
        if end is not None and agree(end.label, label, length) == length:
            return end.hash
        return None
