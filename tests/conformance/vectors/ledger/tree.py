"""The log: leaves, roots, proofs, tiles, bundles. RFC 6962 section 2.1, in its recursive words."""

import re

from . import require
from .texts import LARGEST, h


def leaf(entry):
    return h(b"\0", entry)


def node(left, right):
    return h(b"\1", left, right)


EMPTY = h(b"")


def split(size):
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def root(hashes):
    if not hashes:
        return EMPTY
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node(root(hashes[:k]), root(hashes[k:]))


def _path_root(hash_, index, size, proof):
    """Takes hashes from the proof's end, the root's side, and gives the root with what is left."""
    if size == 1:
        return hash_, proof
    require(proof, "too short a proof")
    k = split(size)
    sibling = proof[-1]
    if index < k:
        left, rest = _path_root(hash_, index, k, proof[:-1])
        return node(left, sibling), rest
    right, rest = _path_root(hash_, index - k, size - k, proof[:-1])
    return node(sibling, right), rest


def check_inclusion(hash_, index, size, proof, root_):
    require(0 <= index < size <= LARGEST, "no such leaf")
    computed, rest = _path_root(hash_, index, size, proof)
    require(rest == [], "too long a proof")
    require(computed == root_, "another root")


def _roots(first, size, proof, known):
    """SUBPROOF of RFC 6962 backwards: roots of the first leaves and of all, and what is left of the proof."""
    if first == size:
        if known is not None:
            return known, known, proof
        require(proof, "too short a proof")
        return proof[-1], proof[-1], proof[:-1]
    require(proof, "too short a proof")
    k = split(size)
    sibling = proof[-1]
    if first <= k:
        old, new, rest = _roots(first, k, proof[:-1], known)
        return old, node(new, sibling), rest
    old, new, rest = _roots(first - k, size - k, proof[:-1], None)
    return node(sibling, old), node(sibling, new), rest


def check_consistency(first, second, proof, first_root, second_root):
    require(0 <= first <= second <= LARGEST, "backwards")
    if first == 0:
        require(first_root == EMPTY, "another root of the empty tree")
    if first == second:
        require(proof == [] and first_root == second_root, "equal sizes")
        return
    if first == 0:
        require(proof == [], "a proof from nothing")
        return
    old, new, rest = _roots(first, second, proof, first_root)
    require(rest == [] and old == first_root and new == second_root, "inconsistent")


def check_range(first, leaves, size, proof, root_):
    """These leaves stand side by side: the proof has the largest subtrees outside of them, left to right."""
    end = first + len(leaves)
    require(0 <= first < end <= size <= LARGEST, "no such entries")
    left = list(proof)

    def fold(start, stop):
        if stop <= first or start >= end:
            require(left, "too short a proof")
            return left.pop(0)
        if stop - start == 1:
            return leaves[start - first]
        k = split(stop - start)
        one = fold(start, start + k)
        return node(one, fold(start + k, stop))

    computed = fold(0, size)
    require(left == [] and computed == root_, "another root")


def check_node(hash_, level, index, size, proof, root_):
    """A complete node stands in the tree: a proof like a leaf's, from its own level up."""
    first, end = index << level, (index + 1) << level
    require(0 <= first < end <= size <= LARGEST, "no such node")

    def fold(start, stop, rest):
        if (start, stop) == (first, end):
            return hash_, rest
        require(rest and stop - start > end - first, "too short a proof")
        k = split(stop - start)
        if first < start + k:
            one, others = fold(start, start + k, rest[:-1])
            return node(one, rest[-1]), others
        one, others = fold(start + k, stop, rest[:-1])
        return node(rest[-1], one), others

    computed, rest = fold(0, size, proof)
    require(rest == [] and computed == root_, "another root")


# Files


def tile(data, width):
    require(len(data) == 32 * width, "a tile of another size")
    return [data[n : n + 32] for n in range(0, len(data), 32)]


def edge_root(size, fetch):
    """The root that the last tile of each level makes."""
    found, level, at = [], 0, size
    while at:
        if at % 256:
            hashes = tile(fetch(tile_path(level, at // 256, at % 256)), at % 256)
            while hashes:
                count = 1 << len(hashes).bit_length() - 1
                found.append((level, count, root(hashes[:count])))
                hashes = hashes[count:]
        level, at = level + 1, at // 256
    found.sort(key=lambda one: -one[1] * 256 ** one[0])
    computed = found.pop()[2]
    while found:
        computed = node(found.pop()[2], computed)
    return computed


def _number(index, width):
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[n : n + 3] for n in range(0, len(digits), 3)]
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return path if width == 256 else "%s.p/%d" % (path, width)


def tile_path(level, index, width):
    return "tile/%s/%s" % (level, _number(index, width))


PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]{1,3}))?")


def parse_path(path):
    match = PATH.fullmatch(path)
    require(match, "not a tile's path")
    level, number, partial = match.groups()
    index = int(number.replace("x", "").replace("/", ""))
    width = 256 if partial is None else int(partial)
    require(index <= LARGEST and (partial is None or 1 <= width <= 255), "no such tile")
    require(level == "entries" or int(level) <= 63, "no such level")
    name = level if level == "entries" else int(level)
    require(tile_path(name, index, width) == path, "not the one spelling of the path")
    return name, index, width


def _row(level, count):
    for index in range(count // 256):
        yield level, index, 256
    if count % 256:
        yield level, count // 256, count % 256


def files_of(size):
    """Level (or `entries`), index and width of every file that a log of this size publishes."""
    files = []
    level, count = 0, size
    while count:
        files += _row(level, count)
        level, count = level + 1, count // 256
    return files + list(_row("entries", size))


def bundle(data, width):
    entries, at = [], 0
    while at < len(data):
        require(at + 2 <= len(data), "a length cut off")
        length = int.from_bytes(data[at : at + 2], "big")
        require(at + 2 + length <= len(data), "an entry cut off")
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    require(len(entries) == width, "another number of entries")
    return entries


def read_log(size, root_, fetch):
    """The entries of a log from its files, all of which must be right."""
    rows, entries = {}, []
    for level, index, width in files_of(size):
        data = fetch(tile_path(level, index, width))
        if level == "entries":
            entries += bundle(data, width)
        else:
            require(len(data) == 32 * width, "a tile of another size")
            rows.setdefault(level, []).extend(data[n : n + 32] for n in range(0, len(data), 32))
    require(len(entries) == size, "another number of entries")
    hashes = [leaf(entry) for entry in entries]
    level = 0
    while level in rows:
        require(rows[level] == hashes, "a tile's hashes differ at level %d" % level)
        hashes = [root(hashes[n : n + 256]) for n in range(0, len(hashes) - 255, 256)]
        level += 1
    require(root([leaf(entry) for entry in entries]) == root_, "another root")
    return entries
