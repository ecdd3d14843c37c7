"""Where each attribute of a record comes from: as its history tells, and as it survived a merge."""

from dataclasses import dataclass
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.identity.surviving import Candidate, Group, Surviving, surviving
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.mask.node import CLEAR
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.provenance import MOST_VERSIONS, Given, Provenance, provenance
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database


@dataclass(frozen=True)
class Attributed:
    """A record and where its attributes come from.

    `id` is what it is shown as, `origins` the records that are shown as one (none: it was never
    merged), `attributes` say of each what gave its value, when, and what it was before.
    """

    id: str
    revision: int
    attributes: list[dict[str, Any]]
    origins: tuple[str, ...]


async def attributed(
    database: Database,
    inventory: Inventory,
    declared: RecordType,
    identifier: str,
    *,
    sight: Sight,
) -> Attributed:
    """Return where each attribute of a record comes from; of a merged one, by survivorship.

    Raises NoSuchRecord. What is masked tells nothing of what others said of it.
    """
    group = await surviving(database, declared, identifier)
    shown = group.root if group else identifier
    versions = await inventory.versions(declared, shown, limit=MOST_VERSIONS, sight=sight)
    return Attributed(
        shown,
        versions[0].revision,
        _attributes(provenance(versions), group, sight.masks.get(declared.name)),
        tuple(group.origins) if group else (),
    )


def _attributes(
    known: list[Provenance], group: Group | None, mask: Mask | None
) -> list[dict[str, Any]]:
    """Return each attribute with what the history tells of it and, in a group, why it survives.

    Of what is shown in part, what others said of it is not told.
    """
    by_history = {each.attribute: _shown(each) for each in known}
    if group is None:
        return list(by_history.values())
    by_rule = {
        each.attribute: _survived(each)
        for each in group.attributes
        if mask is None or mask.node(each.attribute) is CLEAR
    }
    return [
        {"path": name, **by_history.get(name, {}), **by_rule.get(name, {})}
        for name in dict.fromkeys((*by_history, *by_rule))
    ]


def _shown(each: Provenance) -> dict[str, Any]:
    others = [_given(given) for given in each.others]
    shown = {"path": each.attribute, **_given(each.given), "formerly": others}
    return {**shown, "isOlder": True} if each.is_older else shown


def _given(given: Given) -> dict[str, Any]:
    by = given.by
    return {
        "value": given.value,
        "process": by.process,
        "purpose": by.purpose,
        "recordedAt": by.recorded_from,
        "revision": by.revision,
    }


def _survived(each: Surviving) -> dict[str, Any]:
    """Return the rule, and every candidate: `process` is who said what is shown, or most of it."""
    best = each.candidates[0]
    return {
        "value": each.value,
        "rule": each.rule,
        "origin": [candidate.origin for candidate in each.candidates if candidate.is_shown],
        "process": best.source,
        "recordedAt": best.at,
        "candidate": [_candidate(candidate) for candidate in each.candidates],
    }


def _candidate(each: Candidate) -> dict[str, Any]:
    return {
        "origin": each.origin,
        "process": each.source,
        "recordedAt": each.at,
        "rank": each.rank,
        "value": each.value,
        "isEdit": each.covers,
        "isShown": each.is_shown,
    }
