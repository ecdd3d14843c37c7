"""Made-up documents and grants, and which groups the attributes of a document belong to."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.facet import Classification, facet_of, groups
from customer_inventory.record.mask.kind import KINDS
from customer_inventory.record.mask.plan import Grant
from customer_inventory.record.schema import Schema

NAMES_IT = ("id", "href", "@type", "@baseType", "@schemaLocation", "@referredType")

_texts = st.sampled_from(["Ada", "ada@example.se", "+46701740605", "1985-03-02", "653", "***x", ""])
_leaves = st.one_of(_texts, st.integers(-5000, 5000), st.booleans(), st.none())


def documents(declared: RecordType) -> st.SearchStrategy[Document]:
    """Return documents with some of the attributes of a type, and some that nobody declared."""
    known = {name: _values(part) for name, part in declared.attributes.items()}
    undeclared = {"shoeSize": _leaves, "pet": st.fixed_dictionaries({"name": _texts})}
    named = {"id": st.just("x" * 26), "@type": st.just(declared.entity)}
    return st.fixed_dictionaries(named, optional={**known, **undeclared})


def grants(*, masks: bool = True) -> st.SearchStrategy[Grant]:
    """Return grants of some groups, masked in some ways."""
    named = st.sampled_from([*groups(), *Classification])
    pairs = st.dictionaries(named, st.sampled_from(KINDS), max_size=4 if masks else 0)
    some = st.frozensets(st.sampled_from(list(groups())), max_size=12)
    return st.builds(
        lambda shown, said: Grant(shown, tuple(said.items()), b"key"), some | st.none(), pairs
    )


def visible(declared: RecordType, grant: Grant, path: str) -> bool:
    """Tell, from the facets alone, whether an attribute may be told of at all."""
    masks = dict(grant.masks)
    steps = path.split(".")
    for length in range(1, len(steps) + 1):
        if steps[length - 1] in NAMES_IT:
            continue
        facet = facet_of(declared.name, ".".join(steps[:length]))
        if facet.group == "reference":
            continue
        if grant.groups is not None and facet.group not in grant.groups:
            return False
        if (masks.get(facet.group) or masks.get(facet.classification)) == "hidden":
            return False
    return True


def paths_of(node: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every attribute of a document, positions left out."""
    if isinstance(node, list):
        for item in node:
            yield from paths_of(item, path)
    elif isinstance(node, dict):
        for name, value in node.items():
            inner = f"{path}.{name}" if path else name
            yield inner
            yield from paths_of(value, inner)


def _values(schema: Schema, depth: int = 3) -> st.SearchStrategy[Any]:
    if schema.get("type") == "array":
        return st.lists(_values(schema["items"], depth), max_size=2)
    if schema.get("type") == "object" and depth:
        known = {name: _values(part, depth - 1) for name, part in schema["properties"].items()}
        some = sorted(known)[:3] + sorted(known)[-4:]
        return st.fixed_dictionaries({}, optional={name: known[name] for name in some})
    return _leaves
