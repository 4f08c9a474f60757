"""docs/ledger.md in Python: an implementation by other means, written from that page alone."""


class Refused(Exception):
    """What the page says to refuse."""


def require(condition, reason):
    if not condition:
        raise Refused(reason)
