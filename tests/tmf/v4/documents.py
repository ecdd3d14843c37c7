"""Documents of both versions, drawn from the declared differences themselves."""

import string
from typing import Any

from hypothesis import strategies as st

from customer_inventory.record.declare import Document
from customer_inventory.tmf.v4.medium import TYPES, WORDS, Medium
from customer_inventory.tmf.v4.rule import (
    Attribute,
    Either,
    Nested,
    Rule,
    Rules,
    Spelled,
    Turned,
    Written,
)

WORDS_OF_OURS = st.text(string.ascii_lowercase, min_size=1, max_size=4)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    WORDS_OF_OURS,
    st.lists(WORDS_OF_OURS, max_size=2),
    st.just({}),
)
"""Values of no particular kind."""
REFERENCE = {
    "id": WORDS_OF_OURS,
    "name": WORDS_OF_OURS,
    "href": WORDS_OF_OURS,
    "@referredType": st.sampled_from(["Individual", "Customer", "Other"]),
}
_OTHER = {
    f"other{letter}": st.one_of(ODD, st.dictionaries(WORDS_OF_OURS, ODD, max_size=2))
    for letter in "AB"
}


def of_v4(rules: Rules, depth: int = 2) -> st.SearchStrategy[Document]:
    """Objects of version 4: what the rules speak of, and attributes they do not."""
    parts: dict[str, st.SearchStrategy[Any]] = {**REFERENCE, **_OTHER}
    if any(isinstance(rule, Turned) for rule in _of(rules)):
        parts = {"relationshipType": WORDS_OF_OURS}  # all else is in the object that it names
    for rule in _of(rules):
        parts.update(_v4_parts(rule, depth))
    return _objects(parts, demanded=("mediumType",))


def of_v5(rules: Rules, depth: int = 2) -> st.SearchStrategy[Document]:
    """Objects as version 5 has them, typed throughout, and odd ones."""
    parts: dict[str, st.SearchStrategy[Any]] = {**REFERENCE, **_OTHER}
    for rule in _of(rules):
        parts.update(_v5_parts(rule, depth))
    return _objects(parts)


def _v4_parts(rule: Rule, depth: int) -> dict[str, st.SearchStrategy[Any]]:  # noqa: PLR0911 - a kind each
    match rule:
        case Attribute():
            return {rule.older: _values(of_v4, rule.rules, depth)}
        case Either():
            return {rule.v4: WORDS_OF_OURS, rule.v5: WORDS_OF_OURS}
        case Nested():
            return {
                **dict.fromkeys(rule.outside, WORDS_OF_OURS),
                "@type": st.one_of(st.just("RelatedParty"), ODD),
            }
        case Turned():
            return {rule.rule.inner: _objects(REFERENCE)}
        case Spelled():
            return {rule.name: st.sampled_from([*rule.words, "otherwise"])}
        case Written():
            return {rule.name: st.one_of(st.integers().map(str), WORDS_OF_OURS)}
        case Medium():
            lifted = {**dict.fromkeys(TYPES, WORDS_OF_OURS), "contactType": WORDS_OF_OURS}
            return {
                "mediumType": st.one_of(st.sampled_from([*WORDS]), WORDS_OF_OURS),
                "characteristic": _objects({**lifted, **_OTHER}),
            }
    raise AssertionError(rule)


def _v5_parts(rule: Rule, depth: int) -> dict[str, st.SearchStrategy[Any]]:  # noqa: PLR0911 - a kind each
    match rule:
        case Attribute():
            return {rule.name: _values(of_v5, rule.rules, depth)}
        case Nested():
            types = st.sampled_from([*(rule.types or {}).values(), *rule.hidden, "Individual"])
            inner = _objects({**REFERENCE, "@type": types})
            return {rule.inner: inner, "@type": types, **dict.fromkeys(rule.outside, ODD)}
        case Turned():
            return {"relationshipType": WORDS_OF_OURS}
        case Spelled():
            return {rule.name: st.sampled_from([*rule.words.values(), "otherwise"])}
        case Written():
            return {rule.name: st.integers()}
        case Medium():
            types = st.sampled_from([*WORDS.values(), "ContactMedium"])
            return {**dict.fromkeys(TYPES, WORDS_OF_OURS), "contactType": ODD, "@type": types}
    return _v4_parts(rule, depth)


def _values(draw: Any, rules: Rules, depth: int) -> st.SearchStrategy[Any]:
    below = _of(rules)
    if not below:
        return ODD
    if not depth:
        return st.just([])
    objects = draw(below, depth - 1)
    return st.one_of(objects, st.lists(objects, max_size=3), ODD)


def _objects(
    parts: dict[str, st.SearchStrategy[Any]], demanded: tuple[str, ...] = ()
) -> st.SearchStrategy[Document]:
    there = {name: part for name, part in parts.items() if name in demanded}
    return st.fixed_dictionaries(there, optional={n: p for n, p in parts.items() if n not in there})


def _of(rules: Rules) -> Any:
    return rules() if callable(rules) else rules
