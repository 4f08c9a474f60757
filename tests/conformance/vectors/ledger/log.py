"""Checking a log from its entries, without knowing any procedure."""

from . import Refused, require
from .entries import read_entry
from .signatures import check_evidence
from .state import State
from .texts import canonical, instant, parse_canonical, to_base64

FOUNDING = ("genesis/1", "import/1", "open/1")
REGISTRY = "obj/registry/REGISTRY"
DEADLINE_SECONDS = 60


def _base64_or_null(data):
    return None if data is None else to_base64(data)


class Log:
    def __init__(self, origin):
        self.origin = origin
        self.state = State()
        self.index = 0
        self._at = self._batch_at = ""
        self._ops = 0
        self._previous = None
        self._seq, self._received = 0, ""
        self._gaps = []
        self._requests = set()

    def add(self, data):
        entry = read_entry(data)
        if entry["t"] == "state":
            self._state_entry(entry)
        else:
            self._op(entry)
        self.index += 1

    def end(self):
        require(self.index > 0 and self._ops == 0, "the log does not end in a state entry")

    def _time(self, at):
        require(at >= self._at, "time decreases")
        require(self._batch_at in ("", at), "another time in the batch")
        self._at = at

    def _state_entry(self, entry):
        self._time(entry["at"])
        require(self._ops > 0 and entry["ops"] == self._ops, "ops miscounted")
        require(entry["prev"] == self._previous, "another previous state")
        require(entry["roots"] == self.state.roots(), "roots differ")
        require(all(instant(entry["at"]) <= until for until in self._gaps), "a receipt was never decided")
        self._previous, self._ops, self._batch_at = self.index, 0, ""

    def _op(self, entry):
        self._time(entry["at"])
        self._batch_at = entry["at"]
        self._ops += 1
        accepted = entry["outcome"]["accepted"]
        if self.index == 0:
            require(entry["procedure"] == "genesis/1" and accepted, "genesis is not first")
        if entry["request"] is None:
            self._due(entry)
        else:
            self._request(entry, accepted)
        for one in entry["inputs"]:
            self._input(one)
        if accepted:
            self._effects(entry["outcome"]["effects"])

    def _due(self, entry):
        require(entry["received"] is None and entry["evidence"] == [], "what fell due is not asked for")
        require(entry["inputs"], "what fell due is not named")
        first = entry["inputs"][0]
        require(first["q"] == ("record" if first["key"].startswith("obj/") else "chain"), "not what fell due")

    def _request(self, entry, accepted):
        request = entry["request"]
        require(entry["evidence"] != [], "no evidence")
        require(request["procedure"] == entry["procedure"], "another procedure")
        require(not accepted or request["origin"] == self.origin, "another origin")
        text = canonical(request)
        require(text not in self._requests, "decided before")
        self._requests.add(text)
        registry = self.state.records.get(REGISTRY)
        party = None if registry is None else parse_canonical(registry)["relyingParty"]
        invalid = entry["outcome"] == {"accepted": False, "refusals": ["signature-invalid"]}
        try:
            check_evidence(text, entry["evidence"], party)
            good = True
        except Refused:
            good = False
        require(good != invalid, "a good signature called bad, or a bad one good")
        require(good or entry["inputs"] == [], "a bad signature, and yet something was looked at")
        self._receipt(entry)

    def _receipt(self, entry):
        received = entry["received"]
        if received is None:
            require(entry["procedure"] in FOUNDING, "no receipt")
            return
        require(received["seq"] > self._seq, "a receipt out of order")
        require(received["at"] >= self._received, "a receipt dated before the one before it")
        self._received = received["at"]
        require(received["at"] <= entry["at"], "received after it was decided")
        late = instant(received["at"]) + DEADLINE_SECONDS
        require(instant(entry["at"]) <= late, "decided too late")
        if received["seq"] > self._seq + 1:
            self._gaps.append(late)
        self._seq = received["seq"]

    def _input(self, one):
        name, q = one["key"], one["q"]
        require(q == "record" or not name.startswith("obj/"), "only cells have chains and subtrees")
        right = {"record": self.state.record, "chain": self.state.chain, "subtree": self.state.subtree}[q](name)
        require(one["hash"] == _base64_or_null(right), "the %s of %s differs" % (q, name))

    def _effects(self, effects):
        require(len({effect["key"] for effect in effects}) == len(effects), "a record written twice")
        for effect in effects:
            before = _base64_or_null(self.state.record(effect["key"]))
            require(effect["prev"] == before, "another record before at " + effect["key"])
        for effect in effects:
            self.state.put(effect["key"], None if effect["next"] is None else canonical(effect["next"]))


def check(entries, origin):
    log = Log(origin)
    for entry in entries:
        log.add(entry)
    log.end()
    return log
