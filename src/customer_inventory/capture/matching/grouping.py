"""Clusters of pairs: records that are linked, directly or through others."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

Member = TypeVar("Member", bound=Hashable)


def clusters(pairs: Iterable[tuple[Member, Member]]) -> dict[Member, Member]:
    """Return, for each record of a pair, the record that stands for its cluster.

    Every record of a cluster has the same one: it is one of them.
    """
    above: dict[Member, Member] = {}

    def top(each: Member) -> Member:
        above.setdefault(each, each)
        while above[each] != each:
            above[each] = above[above[each]]
            each = above[each]
        return each

    for one, other in pairs:
        above[top(one)] = top(other)
    return {each: top(each) for each in list(above)}
