"""The policy of retention: rules, and what they are for.

The declarations beside the facets are an example. Whoever answers for the data puts a policy in
force: a file of the same form, which stands over the example table by table.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import RecordType
from customer_inventory.record.facet import declared_facets
from customer_inventory.record.subject.request import months_after
from customer_inventory.record.types import TYPES

EXAMPLE = "example"
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?")
_STARTS = ("end", "endOfYear")
_LAST_YEAR = 9998


@dataclass(frozen=True)
class Rule:
    """How long what has ended must be kept (`minimum`), and when it must be gone (`maximum`).

    Both are ISO 8601 durations of years, months and days, None for no limit, from the end itself
    or from the end of its calendar year (UTC).
    """

    name: str
    minimum: str | None
    maximum: str | None
    counts_from: str
    source: str

    def kept_until(self, end: datetime) -> datetime | None:
        """Return the first instant at which what ended at `end` need not be kept any more."""
        return self._after(end, self.minimum)

    def gone_by(self, end: datetime) -> datetime | None:
        """Return the instant from which on what ended at `end` must not be there any more."""
        return self._after(end, self.maximum)

    def _after(self, end: datetime, duration: str | None) -> datetime | None:
        if duration is None or end.year >= _LAST_YEAR:
            return None
        if self.counts_from == "endOfYear":
            end = end.replace(end.year + 1, 1, 1, hour=0, minute=0, second=0, microsecond=0)
        return after(end, duration)


@dataclass(frozen=True)
class Policy:
    """The rules by name, and which of them is for what; `origin` says where the policy is from.

    `types` and `groups` (of attributes) name a rule each; `ended` are the states in which records
    of a type have come to their end. `ledger` is the rule for the entries of the access ledger, a
    month of which ends with the month; None: they are kept without limit.
    """

    origin: str
    rules: Mapping[str, Rule]
    types: Mapping[str, str]
    groups: Mapping[str, str]
    ended: Mapping[str, frozenset[str]]
    ledger: Rule | None = None

    def of(self, declared: RecordType) -> Rule | None:
        """Return the rule for records of a type; None: they are kept without limit."""
        name = self.types.get(declared.name)
        return self.rules[name] if name else None

    def of_attribute(self, declared: RecordType, name: str) -> Rule | None:
        """Return the rule of its own that an attribute of the first level has."""
        rule = self.groups.get(declared.facet(name).group)
        return self.rules[rule] if rule else None


def after(instant: datetime, duration: str) -> datetime:
    """Return the instant an ISO 8601 duration of years, months and days later."""
    years, months, days = (int(part or 0) for part in _parts(duration))
    # No later than can be told.
    months = min(years * 12 + months, (_LAST_YEAR - instant.year) * 12)
    return months_after(instant, months) + timedelta(days=days)


def spoken(duration: str | None) -> str:
    """Return an ISO 8601 duration as people say it: `P6Y` is 6 years; empty for none."""
    if duration is None:
        return ""
    parts = zip(_parts(duration), ("years", "months", "days"), strict=True)
    said = [f"{int(number)} {unit}" for number, unit in parts if number and int(number)]
    return " ".join(said) or "at once"


def policy_of(setting: str | None) -> Policy | None:
    """Return the policy that a setting puts in force: `example`, or a file; None for none.

    Raises Invalid, naming what is wrong in the file.
    """
    if setting is None:
        return None
    if setting == EXAMPLE:
        return example()
    try:
        told = tomllib.loads(Path(setting).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(
            f"The policy {setting} cannot be read: {error}.", hint="Look at CINV_RETENTION."
        ) from None
    over = {name: told.get(name, {}) for name in ("retention", "type", "group")}
    declared = declared_facets()
    merged = {
        part: {
            name: {**declared[part].get(name, {}), **_table(over[part], part, name)}
            for name in {**declared[part], **_dict(over[part], part)}
        }
        for part in over
    }
    # Not over the example: entries of the ledger go because somebody said so, not by an upgrade.
    return _policy({**merged, "ledger": _dict(told.get("ledger", {}), "ledger")}, setting)


def example() -> Policy:
    """Return the policy that is declared beside the facets, as an example."""
    return _policy(declared_facets(), EXAMPLE)


def _policy(told: Mapping[str, Any], origin: str) -> Policy:
    rules = {name: _rule(name, said) for name, said in told["retention"].items()}
    policy = Policy(
        origin,
        rules,
        _named(told["type"], "type", TYPES, rules),
        _named(told["group"], "group", declared_facets()["group"], rules),
        {name: frozenset(said.get("ended", ())) for name, said in told["type"].items()},
        _rule_of(told["ledger"], "ledger", rules),
    )
    # A state is a word; case tells nothing.
    ended = {n: frozenset(w.lower() for w in states) for n, states in policy.ended.items()}
    return replace(policy, ended=ended)


def _named(
    tables: Mapping[str, Any], part: str, known: Mapping[str, Any], rules: Mapping[str, Rule]
) -> dict[str, str]:
    found = {}
    for name, said in tables.items():
        if name not in known:
            raise Invalid("is not known.", path=f"{part}.{name}", hint="Look for a slip.")
        rule = _rule_of(said, f"{part}.{name}", rules)
        if rule is not None:
            found[name] = rule.name
    return found


def _rule_of(said: Mapping[str, Any], path: str, rules: Mapping[str, Rule]) -> Rule | None:
    name = said.get("retention")
    if name and (not isinstance(name, str) or name not in rules):
        raise Invalid(
            f"names a rule {name!r} that there is not.", path=f"{path}.retention",
            hint=f"There are {', '.join(sorted(rules))}.",
        )  # fmt: skip
    return rules[name] if name else None


def _rule(name: str, said: Mapping[str, Any]) -> Rule:
    path = f"retention.{name}"
    rule = Rule(
        name,
        said.get("minimum"),
        said.get("maximum"),
        said.get("from", "end"),
        str(said.get("source", "")),
    )
    for part in ("minimum", "maximum"):
        duration = said.get(part)
        if duration is not None:
            _parts(duration, f"{path}.{part}")
    if rule.counts_from not in _STARTS:
        raise Invalid(f"must be one of {', '.join(_STARTS)}.", path=f"{path}.from")
    if not rule.source:
        raise Invalid(
            "is missing.", path=f"{path}.source", hint="Name the law or the decision behind it."
        )
    start = datetime(2000, 1, 1)  # noqa: DTZ001 - two durations are compared, on any day
    if rule.minimum and rule.maximum and after(start, rule.minimum) > after(start, rule.maximum):
        raise Invalid("is longer than the maximum.", path=f"{path}.minimum")
    return rule


def _parts(duration: object, path: str | None = None) -> tuple[str | None, ...]:
    match = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    if match is None:
        raise Invalid("is no duration.", path=path, hint="Write P10Y, P6M or P30D.")
    return match.groups()


def _dict(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Invalid("must be a table.", path=path)
    return value


def _table(tables: Mapping[str, Any], part: str, name: str) -> Mapping[str, Any]:
    return _dict(_dict(tables, part).get(name, {}), f"{part}.{name}")
