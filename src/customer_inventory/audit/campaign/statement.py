"""The statement of a campaign: what its sample says of the declared level, in numbers and words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from customer_inventory.audit.campaign.campaign import Campaign
from customer_inventory.audit.campaign.chance import interval
from customer_inventory.audit.campaign.item import Item, Reading
from customer_inventory.audit.campaign.plan import held
from customer_inventory.audit.campaign.verdict import kappa

CONFIDENCE = Fraction(95, 100)
_DIGITS = 6
_FIRST, _SECOND = 1, 2


def statement(
    campaign: Campaign,
    items: Sequence[Item],
    readings: Sequence[Reading],
    earlier: Sequence[Campaign],
) -> dict[str, Any]:
    """Return what a campaign found whose items are all decided, or void.

    `earlier` are campaigns over the same records and elements that are closed, latest first.
    """
    counted = Counter(each.outcome for each in items if each.outcome)
    result = _result(campaign, counted, items)
    return {
        "campaign": _declared(campaign),
        "plan": _plan(campaign),
        "result": result,
        "words": words(campaign, result),
        "stratum": list(_strata(campaign, items)),
        "element": list(_elements(campaign, items, readings)),
        "secondReading": _agreement(readings),
        "earlier": [_earlier(each) for each in earlier],
    }


def words(campaign: Campaign, result: Mapping[str, Any]) -> str:
    """Return the result in a sentence."""
    level = percent(campaign.declared.demand.level)
    found = f"{result['nonconforming']} of {result['examined']}"
    if result["verdict"] == "contradicted":
        return f"Declared level {level} contradicted: {found}."
    if result["verdict"] == "notContradicted":
        return f"Declared level {level} not contradicted: {found}."
    return (
        f"Nothing is said of the declared level {level}: {found}, and of {result['untold']} more"
        " nobody could tell."
    )


def percent(share: Fraction | float) -> str:
    """Return a share as people read it: `0.65 %`."""
    return f"{float(share) * 100:.4g} %"


def _result(campaign: Campaign, counted: Counter[str], items: Sequence[Item]) -> dict[str, Any]:
    examined, nonconforming = sum(counted.values()), counted["nonconforming"]
    untold, limit = counted["untold"], campaign.limit or 0
    verdict = "notContradicted"
    if nonconforming > limit:
        verdict = "contradicted"
    elif nonconforming + untold > limit and untold:
        # Were they nonconforming, it would be contradicted; a sample that tells nothing says so.
        verdict = "undecided"
    # Of a sample that became smaller the risks are others.
    real = held(campaign.declared.demand, campaign.population or 0, examined, limit)
    return {
        "verdict": verdict,
        "examined": examined,
        "nonconforming": nonconforming,
        "untold": untold,
        "void": sum(each.state == "void" for each in items),
        "corrected": sum(each.corrected_by is not None for each in items),
        **_share(nonconforming, examined, campaign.population or 0),
        "risk": _number(real.risk),
        "miss": _number(real.miss),
    }


def _share(nonconforming: int, examined: int, population: int) -> dict[str, Any]:
    low, high = interval(
        nonconforming, population=population, sample=examined, confidence=CONFIDENCE
    )
    return {
        "share": _number(Fraction(nonconforming, examined)) if examined else None,
        "interval": {
            "low": _number(low), "high": _number(high), "confidence": _number(CONFIDENCE),
        },
    }  # fmt: skip


def _declared(campaign: Campaign) -> dict[str, Any]:
    declared, demand = campaign.declared, campaign.declared.demand
    return {
        "id": campaign.id,
        "name": declared.name,
        "owner": declared.owner,
        "type": declared.record_type,
        "filter": declared.filter,
        "element": list(declared.elements),
        "comparedWith": declared.compared_with,
        "level": _number(demand.level),
        "risk": _number(demand.risk),
        "ratio": _number(demand.ratio),
        "miss": _number(demand.miss),
        "stratifiedBy": declared.stratum,
        "seed": declared.seed,
        "secondShare": _number(declared.second_share),
        "sampledAt": campaign.sampled_at.isoformat() if campaign.sampled_at else None,
    }


def _plan(campaign: Campaign) -> dict[str, Any]:
    population, size, limit = campaign.population or 0, campaign.size or 0, campaign.limit or 0
    plan = held(campaign.declared.demand, population, size, limit)
    return {
        "standard": "ISO 2859-4:2020",
        "population": population,
        "size": size,
        "limit": limit,
        "risk": _number(plan.risk),
        "miss": _number(plan.miss),
    }


def _strata(campaign: Campaign, items: Sequence[Item]) -> Iterable[dict[str, Any]]:
    for name, population in sorted(campaign.strata.items()):
        outcomes = Counter(each.outcome for each in items if each.stratum == name and each.outcome)
        examined, nonconforming = sum(outcomes.values()), outcomes["nonconforming"]
        yield {
            "stratum": name,
            "population": population,
            "examined": examined,
            "nonconforming": nonconforming,
            "untold": outcomes["untold"],
            **_share(nonconforming, examined, population),
        }


def _elements(
    campaign: Campaign, items: Sequence[Item], readings: Sequence[Reading]
) -> Iterable[dict[str, Any]]:
    """Say how often each element agrees, by the reading that decided its item."""
    decided = {each.number for each in items if each.outcome}
    last = {each.item: each.verdicts for each in readings if each.item in decided}
    for path in campaign.declared.elements:
        said = Counter(verdicts.words[path] for verdicts in last.values() if verdicts)
        yield {
            "element": path,
            **{word: said[word] for word in ("agrees", "differs", "cannotTell")},
        }


def _agreement(readings: Sequence[Reading]) -> dict[str, Any] | None:
    """Say how far first and second readings agree, element by element; None without second ones."""
    first = {each.item: each.verdicts for each in readings if each.reader == _FIRST}
    second = {each.item: each.verdicts for each in readings if each.reader == _SECOND}
    pairs = [
        (one.words[path], other.words[path])
        for item, other in second.items()
        if other and (one := first.get(item))
        for path in one.words
    ]
    if not pairs:
        return None
    agreed = kappa(pairs)
    return {
        "item": sum(1 for other in second.values() if other),
        "compared": len(pairs),
        "agreed": sum(one == other for one, other in pairs),
        "kappa": None if agreed is None else round(agreed, _DIGITS),
    }


def _earlier(campaign: Campaign) -> dict[str, Any]:
    told = campaign.statement or {}
    result: Mapping[str, Any] = told.get("result", {})
    kept = ("verdict", "examined", "nonconforming", "untold", "share", "interval")
    return {
        "id": campaign.id,
        "name": campaign.declared.name,
        "closedAt": campaign.closed_at.isoformat() if campaign.closed_at else None,
        "level": _number(campaign.declared.demand.level),
        **{name: result.get(name) for name in kept},
    }


def _number(value: Fraction) -> float:
    return round(float(value), _DIGITS)
