"""Where the attributes of a record come from."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.record.identity.surviving import Candidate, Group, Surviving, surviving
from customer_inventory.record.mask.node import CLEAR
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.provenance import MOST_VERSIONS, Given, Provenance, provenance
from customer_inventory.record.types import named
from customer_inventory.web.exchange import Answer


async def retrieve(call: Call) -> Answer:
    """GET the provenance of each attribute of one record; of a merged one, by survivorship."""
    declared, identifier = named(call.path["type"]), call.path["id"]
    group = await surviving(call.rooms.database, declared, identifier)
    shown = group.root if group else identifier
    versions = await call.rooms.inventory.versions(
        declared, shown, limit=MOST_VERSIONS, sight=call.sight
    )
    content: dict[str, Any] = {
        "@type": "Provenance",
        "id": shown,
        "revision": versions[0].revision,
        "attribute": _attributes(provenance(versions), group, call.sight.masks.get(declared.name)),
    }
    groups = call.sight.groups(declared.name)
    if group is None:
        return told(content, ids=(shown,), groups=groups)
    return told({**content, "origin": group.origins}, ids=tuple(group.origins), groups=groups)


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


ROUTES = (
    Route(
        "GET",
        "/provenance/{type}/{id}",
        Operation.READ,
        retrieve,
        "Where each attribute of a record comes from; of a merged one, why it survives",
        "provenance",
        record_type="{type}",
        answer={"type": "object"},
    ),
)
