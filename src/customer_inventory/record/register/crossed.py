"""Conditions on records compiled to tests: SQL that judges a slice of records at once.

Related records are found by the links that every reference leaves; one that was merged is what it
is shown as. Values travel as parameters of the test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.identity.merging import MERGEABLE
from customer_inventory.record.register import valued
from customer_inventory.record.register.compiler import Compiler
from customer_inventory.record.register.condition import Compared
from customer_inventory.record.register.crossing import (
    AROUND,
    NOW,
    AlsoNames,
    Another,
    AnotherSubject,
    Beside,
    ComesBack,
    Crossed,
    Lacks,
    LeadsNowhere,
    Misnames,
    Names,
    Period,
    Related,
    Unchanged,
    Unlike,
    Within,
)
from customer_inventory.record.register.crossing_file import targets_at
from customer_inventory.record.register.jsonpath import literal, steps_of
from customer_inventory.record.register.judged import Test, statement_of
from customer_inventory.record.search import key
from customer_inventory.record.types import TYPES
from customer_inventory.store.sql import beside

SQL = beside(__name__)

PREFIXES = {
    "phone": key.PHONE,
    "email": key.EMAIL,
    "identifier": key.IDENTIFIER,
    "address": key.ADDRESS,
    "service": key.SERVICE,
}
"""What keys of a kind begin with."""
_OF_MERGED = {"names": "names_merged", "named_by": "named_by_merged"}
"""References to a record that was merged lead to what it is shown as."""


def test_of(crossed: Crossed, declared: RecordType) -> Test:
    """Return the test that holds for records of a type for which `crossed` does."""
    compiling = _Compiling()
    sql = compiling.sql(crossed, (_Row("r", "r.b", declared),))
    return Test(f"coalesce({sql}, FALSE)", tuple(compiling.values))


@dataclass(frozen=True, slots=True)
class _Row:
    """A record in the statement: its alias, its document, its type."""

    alias: str
    document: str
    declared: RecordType

    @property
    def is_looked_at(self) -> bool:
        """Whether it is the record that is looked at, whose document is at hand."""
        return self.alias == "r"


class _Compiling(Compiler[_Row]):
    def _of_values(self, crossed: Within | Lacks | Unlike, row: _Row) -> str:
        match crossed:
            case Within(condition):
                return valued.within(condition, row.document, self._keep, is_cheap=row.is_looked_at)
            case Lacks():
                return valued.lacks(crossed, row.document, self._keep)
            case Unlike():
                return valued.unlike(crossed, row.document, self._keep)

    def _ago(self, unchanged: Unchanged) -> str:
        age = unchanged.age
        numbers = [self._keep(number) for number in (age.years, age.months, age.days)]
        parts = zip(("years", "months", "days"), numbers, strict=True)
        ago = ", ".join(f"{name} => {number}::integer" for name, number in parts)
        return f"now() - make_interval({ago})"

    def _keep(self, value: Any) -> str:
        self.values.append(value)
        return f"{{{len(self.values) - 1}}}"

    def _related(self, related: Related, rows: Sequence[_Row]) -> str:
        if isinstance(related, Names):
            if related.where is None and not related.inward:
                return self._leading(related, rows[-1])
            parts = [self._one_related(related, name, rows) for name in related.targets]
        else:
            parts = [self._one_related(related, rows[-1].declared.name, rows)]
        return f"({' OR '.join(f'EXISTS ({part})' for part in parts)})"

    def _one_related(self, related: Related, target: str, rows: Sequence[_Row]) -> str:
        row, declared = rows[-1], TYPES[target]
        link, alias = self._link(), f"t{self.count}"
        other = _Row(alias, f"{alias}.body::jsonb", declared)
        match related:
            case Names():
                name = "named_by" if related.inward else "names"
                if (row.declared if related.inward else declared).name in MERGEABLE:
                    name = _OF_MERGED[name]
                paths = self._keep(related.paths)
            case AlsoNames():
                name, paths = "also_names", self._keep((related.path,))
            case Another():
                name, paths = "another", self._keep(f"{PREFIXES[related.kind]}%")
        also = "" if related.where is None else f" AND {self.sql(related.where, (*rows, other))}"
        return SQL.part(name).format(
            row=row.alias, other=alias, link=link, table=declared.table, paths=paths, also=also
        )

    def _leading(self, names: Names, row: _Row) -> str:
        """Return the SQL that a record names one of some types, whatever that says."""
        link = self._link()
        there, paths = _there(names.targets, link), self._keep(names.paths)
        part = SQL.part("leading").format(row=row.alias, link=link, paths=paths, there=there)
        return f"EXISTS ({part})"

    def _of_references(self, crossed: LeadsNowhere | ComesBack | Misnames, row: _Row) -> str:
        match crossed:
            case LeadsNowhere(among):
                link = self._link()
                there = _there(targets_at(row.declared, among), link)
                part = SQL.part("leading_nowhere").format(
                    row=row.alias, link=link, paths=self._keep(among), there=there
                )
                return f"EXISTS ({part})"
            case ComesBack(path):
                part = SQL.part("coming_back").format(row=row.alias, path=self._keep(path))
                return f"EXISTS ({part})"
            case Misnames(targets, path):
                place = self._keep(f"${steps_of(path)}")
                parts = [
                    SQL.part("misnaming").format(
                        document=row.document, place=place, table=TYPES[name].table
                    )
                    for name in targets
                ]
                return f"({' OR '.join(f'EXISTS ({part})' for part in parts)})"

    def _link(self) -> str:
        self.count += 1
        return f"l{self.count}"

    def _beside(self, beside: Beside, rows: Sequence[_Row]) -> str:
        row, is_around = rows[-1], beside.other.startswith(AROUND)
        one, other = self._text(row, beside.path, beside.named), "now()"
        needed = [(row, beside.path)]
        if beside.other != NOW:
            path = beside.other.removeprefix(AROUND)
            against = rows[-2] if is_around else row
            other = self._text(against, path, ())
            needed.append((against, path))
        if beside.sign in ("differs", "same"):
            said = f"({one} {'<>' if beside.sign == 'differs' else '='} {other})"
        else:
            other = other if beside.other == NOW else _instant(other)
            said = f"({_instant(one)} {'>' if beside.sign == 'after' else '<'} {other})"
        there = [
            f"{each.document} ? {self._keep(path.partition('.')[0])}"
            for each, path in needed
            if each.is_looked_at
        ]
        return f"({' AND '.join((*there, said))})"

    def _text(self, row: _Row, path: str, named: Sequence[str]) -> str:
        """Return the first value at a path, or of a characteristic, as text."""
        place = f"${steps_of(path)}"
        if named:
            tests = " || ".join(f"@.name == {literal(each)}" for each in named)
            place = f"{place} ? ({tests}).value"
        query = self._keep(place)
        return f"(jsonb_path_query_first({row.document}, {query}::jsonpath) #>> '{{{{}}}}')"


def _there(targets: Sequence[str], link: str) -> str:
    """Return the SQL that what a link leads to is there, of one of these types or merged."""
    parts = [SQL.part("present").format(table=TYPES[name].table, link=link) for name in targets]
    parts += [
        SQL.part("present_merged").format(table=TYPES[name].table, link=link)
        for name in targets
        if name in MERGEABLE
    ]
    return " OR ".join(f"EXISTS ({part})" for part in parts)


def _instant(text: str) -> str:
    """Return a text as an instant; NULL for one that is none."""
    return f"(CASE WHEN pg_input_is_valid({text}, 'timestamptz') THEN {text}::timestamptz END)"


def every_statement() -> dict[str, str]:
    """Return a statement for each way in which records are related (for planning)."""
    any_one, party = Within(_ACTIVE), "relatedParty.partyOrPartyRole"
    conditions: dict[str, tuple[str, Crossed]] = {
        "names": ("product", Names(("billingAccount",), ("billingAccount",), where=any_one)),
        "names_merged": ("product", Names(("customer",), (party,), where=any_one)),
        "named_by": ("billingAccount", Names(("product",), ("billingAccount",), inward=True)),
        "named_by_merged": ("customer", Names(("product",), (party,), inward=True)),
        "leading": ("customer", Names(("individual",), ("engagedParty",))),
        "also_names": ("customer", AlsoNames("engagedParty", Period("overlapping"))),
        "another": ("product", Another("service", AnotherSubject())),
        "leading_nowhere": ("customer", LeadsNowhere(("account",))),
        "coming_back": ("agreement", ComesBack("agreementRelationship")),
        "misnaming": ("customer", Misnames(("individual",), "engagedParty")),
    }
    return {
        name: statement_of(TYPES[kind], [test_of(crossed, TYPES[kind])])[0]
        for name, (kind, crossed) in conditions.items()
    }


_ACTIVE = Compared("status", "is", "active")
