"""Checks testing/vectors/data against docs/ledger.md, as `ledger/` beside this file has it.

    /usr/bin/python3 checker.py <directory of the vectors>

Prints one line of counts for each file; every disagreement, and exits 1, if there is one. Needs Debian's
python3-cryptography and nothing else.
"""

import base64
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from ledger import Refused, answers, entries, log, misbehaviour, notes, require, signatures, state, texts, tree  # noqa: E402

disagreements = []


def given(case):
    return case["text"].encode() if "text" in case else base64.b64decode(case["base64"])


def outcome(check, *arguments):
    """(True, what it gives), or (False, why it is refused)."""
    try:
        return True, check(*arguments)
    except Refused as refusal:
        return False, str(refusal)


class File:
    """One file of vectors: counts, and compares."""

    def __init__(self, path, title):
        self.path, self.title, self.valid, self.refused = path, title, 0, 0
        self.data = json.loads(path.read_text(encoding="utf-8"))

    def disagree(self, name, says):
        disagreements.append("%s: %s: %s" % (self.title, name, says))

    def equal(self, name, computed, expected):
        self.valid += 1
        if computed != expected:
            self.disagree(name, "%r computed, %r given" % (computed, expected))

    def case(self, case, check, *arguments):
        """A case that says whether it is valid. Gives what the check gives, None where refused."""
        accepted, value = outcome(check, *arguments)
        if accepted:
            self.valid += 1
        else:
            self.refused += 1
        if accepted != case["valid"]:
            self.disagree(case["name"], "accepted" if accepted else "refused: " + value)
        return value if accepted else None

    def expect(self, case, value, **members):
        """What a valid case says beside being valid."""
        if value is None:
            return
        for name, computed in members.items():
            if computed != case[name]:
                self.disagree(case["name"], "%s is %r, %r given" % (name, computed, case[name]))


def hashes(listed):
    return [texts.hash32(item) for item in listed]


def as_text(check):
    return lambda case: check(texts.utf8(given(case)))


def simple(check):
    """A file of cases of one text each."""

    def run(file):
        for case in file.data:
            file.case(case, check, case)

    return run


def check_keys(file):
    for case in file.data:
        value = file.case(case, as_text(texts.key), case)
        if value and case["valid"]:
            file.expect(case, value, space=value[0], label=value[1].hex(), length=value[2])
            if value[0] != "obj":
                file.equal(case["name"], texts.write_key(*value), case["text"])


def check_entries(file):
    for case in file.data:
        value = file.case(case, lambda one: entries.read_entry(given(one)), case)
        file.expect(case, value, kind=value and value["t"], leaf=texts.to_base64(tree.leaf(given(case))))


def plain_entries(count):
    """The entries of the tree's vectors: decimals, the fourth one empty."""
    return [b"" if n == 3 else str(n).encode() for n in range(count)]


def check_roots(file):
    for case in file.data["leaves"]:
        file.equal(case, texts.to_base64(tree.leaf(given(case))), case["hash"])
    leaves = [tree.leaf(entry) for entry in plain_entries(600)]
    for case in file.data["roots"]:
        file.equal(case["size"], texts.to_base64(tree.root(leaves[: case["size"]])), case["root"])


def check_inclusion(file):
    for case in file.data:
        leaf, root = texts.hash32(case["leaf"]), texts.hash32(case["root"])
        file.case(case, tree.check_inclusion, leaf, case["index"], case["size"], hashes(case["proof"]), root)


def check_consistency(file):
    for case in file.data:
        roots = texts.hash32(case["firstRoot"]), texts.hash32(case["secondRoot"])
        file.case(case, tree.check_consistency, case["first"], case["second"], hashes(case["proof"]), *roots)


def check_tiles(file):
    for one in file.data:
        files = {item["path"]: base64.b64decode(item["base64"]) for item in one["files"]}
        names = [tree.tile_path(*parts) for parts in tree.files_of(one["size"])]
        file.equal(one["size"], sorted(files), sorted(names))
        read = outcome(tree.read_log, one["size"], texts.hash32(one["root"]), files.get)
        file.equal(one["size"], read, (True, plain_entries(one["size"])))


def check_tile_lists(file):
    for one in file.data:
        files = tree.files_of(one["size"])
        last = {level: tree.tile_path(level, index, width) for level, index, width in files}
        file.equal(one["size"], (len(files), sorted(last.values())), (one["count"], sorted(one["last"])))


def check_vkeys(file):
    simple(as_text(notes.Vkey))(file)


def check_test_keys(file):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    for one in file.data:
        private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(one["seed"]))
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        file.equal(one["name"], texts.to_base64(public), one["publicKey"])


def check_notes(file):
    for case in file.data:
        file.case(case, lambda one: notes.open_note(given(one), [notes.Vkey(key) for key in one["keys"]]), case)


def check_checkpoints(file):
    for case in file.data:
        value = file.case(case, as_text(notes.checkpoint), case)
        if value:
            file.expect(case, value, size=value[1], root=texts.to_base64(value[2]))


def check_cosignatures(file):
    for case in file.data:
        value = file.case(case, lambda one: notes.open_note(one["note"].encode(), [notes.Vkey(one["vkey"])]), case)
        if value:
            file.expect(case, value, time=value[1][0][1])


def check_receipts(file):
    for case in file.data:
        file.case(case, lambda one: notes.receipts([note.encode() for note in one["receipts"]], one["vkey"]), case)


def check_quorums(file):
    for one in file.data:
        policy = notes.Policy(one["policy"].encode())
        for case in one["cases"]:
            file.equal(case["cosigned"], policy.met(case["cosigned"]), case["met"])


def check_policy_checks(file):
    def as_of(case):
        policy = notes.Policy(case["policy"].encode())
        size, root, cosigned = policy.check(case["note"].encode())
        require(size == 1 and root == tree.leaf(case["state"].encode()), "another state")
        require(texts.parse_canonical(case["state"])["roots"] == state.State().roots(), "not the empty state")
        return policy.as_of(cosigned, case["stateTime"], case["now"], case["maxSeconds"])

    for case in file.data:
        file.expect(case, value := file.case(case, as_of, case), asOf=value)


def check_hashes(file):
    hash_or_none = lambda item: None if item is None else texts.hash32(item)  # noqa: E731
    for one in file.data["records"]:
        file.equal(one["text"], texts.to_base64(state.record_hash(one["text"])), one["hash"])
    for one in file.data["nodes"]:
        parts = [hash_or_none(one[name]) for name in ("value", "left", "right")]
        computed = state.node_hash(one["space"], bytes.fromhex(one["label"]), one["length"], *parts)
        file.equal(one["label"], texts.to_base64(computed), one["hash"])
    for one in file.data["chains"]:
        parts = [item["length"].to_bytes(2, "big") + texts.hash32(item["hash"]) for item in one["covering"]]
        file.equal(one["covering"], texts.to_base64(texts.h(b"\6", *parts)), one["hash"])
    for one in file.data["members"]:
        file.equal(one["member"], texts.to_base64(state.member_hash(one["member"])), one["hash"])
    for one in file.data["commitments"]:
        computed = state.commitment(base64.b64decode(one["opening"]), one["field"], one["value"])
        file.equal(one["field"], texts.to_base64(computed), one["commitment"])


def or_null(data):
    return None if data is None else texts.to_base64(data)


def path_of(trie, key):
    """`nodes` and `end` as an answer to this key would have them."""
    _, label, length = texts.key(key)
    found, end = trie.path(key)
    nodes = []
    for node in found:
        children = [child and child.hash for child in node.children]
        if node.length < length:
            children = [children[1 - state.bit(label, node.length)]]
        nodes.append([node.length, or_null(node.value)] + [or_null(child) for child in children])
    if end is not None:
        left, right = [or_null(child and child.hash) for child in end.children]
        value = or_null(end.value)
        end = {"key": texts.to_base64(end.label), "len": end.length, "value": value, "left": left, "right": right}
    return nodes, end


def check_tries(file):
    for one in file.data:
        trie = state.State()
        for key, text in one["records"].items():
            trie.put(key, text)
        file.equal(one["name"], trie.roots(), one["roots"])
        for case in one["asked"]:
            key = case["key"]
            computed = [or_null(find(key)) for find in (trie.record, trie.chain, trie.subtree)]
            file.equal(key, computed, [case["record"], case["chain"], case["subtree"]])
            file.equal(key, path_of(trie, key), (case["nodes"], case["end"]))


def check_signatures(verify):
    def run(file):
        for case in file.data:
            file.case(case, verify, *[bytes.fromhex(case[name]) for name in ("key", "message", "signature")])

    return run


def check_evidence(file):
    def valid(case):
        entries.read_request(texts.parse_canonical(case["request"]))
        signatures.read_evidence(case["evidence"])
        signatures.check_evidence(case["request"], case["evidence"], case["relyingParty"])

    for case in file.data:
        file.case(case, valid, case)


def check_answers(file):
    common = file.data

    def proved(case):
        policy = notes.Policy(case.get("policy", common["policy"]).encode())
        limit = case.get("maxSeconds", common["maxSeconds"])
        return answers.verify(given(case), case["key"], policy, None if limit is None else common["now"], limit)

    for case in common["cases"]:
        value = file.case(case, proved, case)
        if value and case["valid"]:
            file.expect(case, value, **value)


def whole_log(directory):
    """Entries of the whole log, from its public files, and its description."""
    said = json.loads((directory / "log/log.json").read_text(encoding="utf-8"))
    public = directory / "log/public"
    size, root, _ = notes.Policy(said["policy"].encode()).check((public / "checkpoint").read_bytes())
    return tree.read_log(size, root, lambda path: (public / path).read_bytes()), said


def check_whole_log(file):
    directory = file.path.parent.parent
    accepted, value = outcome(whole_log, directory)
    if not accepted:
        return file.disagree("public files", value)
    logged, said = value
    file.case({"name": "entries", "valid": True}, log.check, logged, said["origin"])
    policy = notes.Policy(said["policy"].encode())
    leaves = [tree.leaf(entry) for entry in logged]
    for one in said["checkpoints"]:
        size, root, _ = policy.check(one["note"].encode())
        file.equal("checkpoint %d" % size, (size, root), (one["size"], tree.root(leaves[:size])))
    asked = {}
    for entry in map(entries.read_entry, logged):
        if entry["t"] == "op" and entry["received"] is not None:
            request = texts.h(texts.canonical(entry["request"]).encode())
            asked[entry["received"]["seq"]] = (request, entry["received"]["at"], entry["at"])
    for one in notes.receipts([note.encode() for note in said["receipts"]], said["receiptKey"]):
        request, received, decided = asked.pop(one["seq"])
        file.equal("receipt %d" % one["seq"], (one["request"], one["received"]), (request, received))
        file.equal("receipt %d in time" % one["seq"], decided <= one["deadline"], True)
    file.equal("decisions without a receipt", asked, {})


def check_log_forgeries(file):
    logged, said = whole_log(file.path.parent.parent)
    for case in file.data:
        changed = logged[: case["keep"]]
        for one in case["replace"]:
            changed[one["index"]] = given(one)
        file.case(case, log.check, changed + [given(one) for one in case["append"]], said["origin"])


def check_misbehaviour(file):
    policy, vkey = notes.Policy(file.data["policy"].encode()), file.data["receiptVkey"]
    for case in file.data["cases"]:
        try:
            file.case(case, misbehaviour.verify, case["text"], policy, vkey)
        except misbehaviour.TakesProcedures:
            pass  # for who executes procedures, or renders a service


CHECKS = {
    "texts/base64": simple(as_text(texts.base64)),
    "texts/decimals": simple(as_text(texts.decimal)),
    "texts/instants": simple(as_text(texts.instant)),
    "texts/canonical-json": simple(as_text(lambda text: [texts.parse_canonical(text)])),
    "texts/keys": check_keys,
    "entries/entries": check_entries,
    "tree/roots": check_roots,
    "tree/inclusion": check_inclusion,
    "tree/consistency": check_consistency,
    "tree/tiles": check_tiles,
    "tree/tile-lists": check_tile_lists,
    "tree/tile-paths": simple(as_text(tree.parse_path)),
    "tree/bundles": simple(lambda case: tree.bundle(base64.b64decode(case["base64"]), case["width"])),
    "notes/test-keys": check_test_keys,
    "notes/vkeys": check_vkeys,
    "notes/notes": check_notes,
    "notes/checkpoints": check_checkpoints,
    "notes/cosignatures": check_cosignatures,
    "notes/receipts": check_receipts,
    "notes/policies": simple(lambda case: notes.Policy(given(case))),
    "notes/quorums": check_quorums,
    "notes/policy-checks": check_policy_checks,
    "state/hashes": check_hashes,
    "state/tries": check_tries,
    "signatures/ed25519": check_signatures(signatures.ed25519),
    "signatures/es256": check_signatures(signatures.es256),
    "signatures/evidence": check_evidence,
    "answers/honest": check_answers,
    "answers/forgeries": check_answers,
    "log/log": check_whole_log,
    "log/forgeries": check_log_forgeries,
    "misbehaviour/files": check_misbehaviour,
}


def main(directory):
    found = {str(path.relative_to(directory).with_suffix("")) for path in directory.rglob("*.json")}
    for name in sorted(found ^ set(CHECKS)):
        disagreements.append("%s: %s" % (name, "no check" if name in found else "missing"))
    valid = refused = 0
    for name in sorted(found & set(CHECKS)):
        file = File(directory / (name + ".json"), name)
        try:
            CHECKS[name](file)
        except Exception as error:  # whatever breaks the checker is a disagreement, and the other files still count
            file.disagree("the checker failed", repr(error))
        print("%-24s %4d agreed %4d refused" % (name, file.valid, file.refused))
        valid, refused = valid + file.valid, refused + file.refused
    print("%d agreed, %d refused, %d disagreements" % (valid, refused, len(disagreements)))
    for line in disagreements:
        print("DISAGREE " + line)
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
