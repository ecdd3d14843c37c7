"""The second stage as it is kept and read: boosted trees as plain JSON, walked in Python.

A tree is three lists by number of node, the root first: the feature looked at (-1 in a leaf), the
threshold (in a leaf its value), and the node to the left; the one to the right follows it.
Whatever is at most the threshold goes left.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class Trees:
    """Trees of which the values of the leaves reached add up to odds (natural logarithm)."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self._trees = [tuple(each) for each in told["trees"]]

    def odds(self, features: Sequence[float]) -> float:
        """Return the logarithm of the odds that a pair with these features is of one subject."""
        total = 0.0
        for looked, at, left in self._trees:
            node = 0
            while (feature := looked[node]) >= 0:
                node = left[node] + (features[feature] > at[node])
            total += at[node]
        return total


def flattened(root: Mapping[str, Any]) -> list[list[Any]]:
    """Return a tree of LightGBM (`tree_structure` of its dump) as three lists."""
    looked, at, left = [0], [0.0], [0]
    waiting = [root]
    number = 0
    while number < len(waiting):
        node = waiting[number]
        if "leaf_value" in node:
            looked[number], at[number] = -1, round(float(node["leaf_value"]), 6)
        else:
            looked[number] = int(node["split_feature"])
            at[number] = _short(float(node["threshold"]))
            left[number] = len(waiting)
            for child in (node["left_child"], node["right_child"]):
                waiting.append(child)
                looked.append(0)
                at.append(0.0)
                left.append(0)
        number += 1
    return [looked, at, left]


def _short(threshold: float) -> float:
    """Return a threshold in few digits; one next to zero stays on its side of it.

    LightGBM parts zero from what is less at -1e-35: rounded to zero, `differs` would be `absent`.
    """
    return threshold if abs(threshold) < _NEXT_TO_ZERO else round(threshold, 4)


_NEXT_TO_ZERO = 1e-4
