"""The terms that bind attributes: what a process sees of records, and what it writes of them.

    groups  the groups of attributes that are shown; without it all are
    masks   by group or classification, how it is shown instead: {"contact": "domain"}
    writes  the groups that may be written; without it those that are shown as they are

They become masks and bounds of writing once, when a caller is verified, and are the same objects
for all who are granted the same.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from customer_inventory.kit.errors import Invalid, Refused
from customer_inventory.record.facet import groups, over_facets
from customer_inventory.record.mask.node import HIDDEN
from customer_inventory.record.mask.plan import Grant, Mask
from customer_inventory.record.types import TYPES
from customer_inventory.record.writable import Writable
from customer_inventory.store.keyfile import kept

_KEY_BYTES = 32

Agreed = Callable[[str], Mapping[str, Any]]
"""Returns what is agreed of a record type, by name of the term."""


class MaskTooNarrow(Refused):
    """What was asked for is everything in the clear, and the caller is shown part of it."""

    code = "maskTooNarrow"

    def __init__(self) -> None:
        super().__init__(
            "This is everything in the clear, and what you are granted leaves groups out.",
            hint="The owner of the data can permit every group.",
        )


def demand_unmasked(masks: Mapping[str, Mask]) -> None:
    """Raise MaskTooNarrow for a caller that is shown part of any type."""
    if masks:
        raise MaskTooNarrow


def masking_key_in(home: Path) -> bytes:
    """Return the key of hashes that lies in `home`, made at the first use; raise Unavailable."""
    return kept(home, "masking.key", partial(secrets.token_bytes, _KEY_BYTES))


def checked_groups(record_type: str, said: object) -> list[str]:
    """Return names of groups, each once and in order; raise Invalid for what is none."""
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise Invalid("Groups are a list of names.", path=record_type, code="invalidTerms")
    Grant(groups=frozenset(said)).check()
    return sorted(set(said))


def checked_masks(record_type: str, said: object) -> dict[str, str]:
    """Return ways to mask by group or classification; raise Invalid for what is none."""
    if not isinstance(said, Mapping) or not all(isinstance(kind, str) for kind in said.values()):
        raise Invalid(
            "Masks are an object: a group or classification, and the way it is shown.",
            path=record_type,
            code="invalidTerms",
        )
    grant = Grant(masks=tuple(sorted(said.items())))
    grant.check()
    return dict(grant.masks)


def masks_of(agreed: Agreed, key: bytes, process: str) -> dict[str, Mask]:
    """Return the mask of each type of which `process` does not see all.

    Hashes are made with a key of the process, made of `key`: two processes cannot join them.
    """
    own = hmac.digest(key, process.encode(), "sha256")
    found = {}
    for name in TYPES:
        terms = agreed(name)
        if "groups" in terms or "masks" in terms:
            mask = _mask(name, _grant(terms, own))
            if mask is not None:
                found[name] = mask
    return found


def writes_of(
    permissions: Mapping[str, frozenset[str]], agreed: Agreed, every: str
) -> dict[str, Writable]:
    """Return what may be written of each type; `every` is the word for every type."""
    of_all = permissions.get(every, frozenset())
    return {
        name: _writable(permissions.get(name, frozenset()) | of_all, _written(agreed(name)))
        for name in TYPES
    }


def told_groups(terms: Mapping[str, Any]) -> frozenset[str]:
    """Return the groups of attributes that are told of on these terms, at least in part."""
    grant = _grant(terms)
    return frozenset(name for name, facet in groups().items() if grant.node(facet) is not HIDDEN)


def _grant(terms: Mapping[str, Any], key: bytes = b"") -> Grant:
    shown: Iterable[str] | None = terms.get("groups")
    masks = tuple(sorted(terms.get("masks", {}).items()))
    return Grant(None if shown is None else frozenset(shown), masks, key)


def _written(terms: Mapping[str, Any]) -> frozenset[str] | None:
    if "writes" in terms:
        return frozenset(terms["writes"])
    return _clear(_grant(terms)) if "groups" in terms or "masks" in terms else None


@lru_cache(maxsize=1000)
def _clear(grant: Grant) -> frozenset[str]:
    return frozenset(name for name in groups() if grant.is_clear(name))


@over_facets
@lru_cache(maxsize=10_000)
def _mask(record_type: str, grant: Grant) -> Mask | None:
    return Mask.of(TYPES[record_type], grant)


@lru_cache(maxsize=1000)
def _writable(operations: frozenset[str], bound: frozenset[str] | None) -> Writable:
    return Writable(operations, bound)
