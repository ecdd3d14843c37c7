"""How well a record answers a search: a score from 0 to 1, from its keys alone."""

from collections.abc import Mapping, Sequence, Set

from customer_inventory.record.search.key import NAME, SERVICE

_OF_WORDS = 0.9
"""What a name is worth of which all words were asked for exactly, before its other words count."""


def score(
    keys: Set[str],
    whole: Mapping[str, float],
    words: Sequence[Mapping[str, float]],
) -> float:
    """Return how well a record with `keys` answers, 0 for not at all.

    `whole` says what keys of the whole text are worth, `words` those of each word of it. A name
    without further words comes before one with more.
    """
    best = max((whole[key] for key in whole.keys() & keys), default=0.0)
    if best == 1.0 or not words:
        return round(best, 4)
    of_each = [max((worth[key] for key in worth.keys() & keys), default=0.0) for worth in words]
    if min(of_each) == 0.0:
        return round(best, 4)
    names = sum(key.startswith(NAME) for key in keys)
    covered = min(1.0, len(words) / names) if names else 1.0
    mean = sum(of_each) / len(of_each)
    return round(max(best, mean * (_OF_WORDS + (1 - _OF_WORDS) * covered)), 4)


def wanted(whole: Mapping[str, float], words: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return every key that answers, with the most that it is worth."""
    keys = dict(whole)
    for worth in words:
        for key, value in worth.items():
            keys[key] = max(value, keys.get(key, 0.0))
    return keys


def is_by_service(keys: Set[str], wanted_keys: Mapping[str, float]) -> bool:
    """Tell whether a record answers by a service identifier, which pass from hand to hand."""
    return any(key.startswith(SERVICE) for key in wanted_keys.keys() & keys)
