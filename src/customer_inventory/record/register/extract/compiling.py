"""Conditions on records as SQL of DuckDB over an extract: they hold for whom `crossed` says.

What cannot be said there is Inexpressible, and never left out. Related records are found by the
references that every extract has, `link`; `led_id` is what one leads to, merged records included.
Keys that records share are in `shared`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.compiler import Compiler
from customer_inventory.record.register.crossed import PREFIXES
from customer_inventory.record.register.crossing import (
    AROUND,
    NOW,
    AlsoNames,
    Another,
    Beside,
    ComesBack,
    Crossed,
    Lacks,
    LeadsNowhere,
    Misnames,
    Names,
    Related,
    Unchanged,
    Unlike,
    Within,
)
from customer_inventory.record.register.crossing_file import targets_at
from customer_inventory.record.register.extract import valued
from customer_inventory.record.register.extract.valued import values_at
from customer_inventory.record.types import TYPES


def compiled(fails: Crossed, declared: RecordType) -> tuple[str, list[Any]]:
    """Return SQL over the row `r` that holds for who fails, and its values; raise Inexpressible."""
    compiling = _Compiling()
    sql = compiling.sql(fails, (_Row("r", declared),))
    return f"coalesce({sql}, FALSE)", compiling.values


@dataclass(frozen=True, slots=True)
class _Row:
    alias: str
    declared: RecordType

    @property
    def document(self) -> str:
        return f"{self.alias}.body"


class _Compiling(Compiler[_Row]):
    def _of_values(self, crossed: Within | Lacks | Unlike, row: _Row) -> str:
        match crossed:
            case Within(condition):
                return valued.within(condition, row.document, self._keep)
            case Lacks():
                return valued.lacks(crossed, row.document)
            case Unlike():
                return valued.unlike(crossed, row.document, self._keep)

    def _ago(self, unchanged: Unchanged) -> str:
        age = unchanged.age
        return f"now() - to_months({12 * age.years + age.months:d}) - to_days({age.days:d})"

    def _keep(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def _related(self, related: Related, rows: Sequence[_Row]) -> str:
        row = rows[-1]
        if isinstance(related, AlsoNames | Another):
            return self._one_related(related, row.declared.name, rows)
        if related.where is None and not related.inward:
            self.count += 1
            link = f"l{self.count}"
            there = _there(related.targets, link)
            return (
                f"EXISTS (SELECT 1 FROM link AS {link} WHERE {link}.id = {row.alias}.id"
                f" AND {_at(link, related.paths)} AND ({there}))"
            )
        parts = [self._one_related(related, name, rows) for name in related.targets]
        return f"({' OR '.join(parts)})"

    def _one_related(self, related: Related, target: str, rows: Sequence[_Row]) -> str:
        self.count += 1
        row, link, other = rows[-1], f"l{self.count}", _Row(f"t{self.count}", TYPES[target])
        table = other.declared.table
        match related:
            case AlsoNames(path):
                join = (
                    f"link AS {link} JOIN link AS b{link} ON {link}.other_id = b{link}.other_id"
                    f" AND b{link}.path = {link}.path AND b{link}.id <> {link}.id"
                    f" JOIN {table} AS {other.alias} ON {other.alias}.id = b{link}.id"
                )
                here = f"{link}.id = {row.alias}.id AND {_at(link, (path,))}"
            case Another(kind):
                join = (
                    f"shared AS {link} JOIN shared AS b{link} ON {link}.word = b{link}.word"
                    f" AND b{link}.id <> {link}.id"
                    f" JOIN {table} AS {other.alias} ON {other.alias}.id = b{link}.id"
                )
                of_kind = f"starts_with({link}.word, '{PREFIXES[kind]}')"
                here = f"{link}.id = {row.alias}.id AND {of_kind}"
            case Names(_, paths, inward):
                found = f"{link}.id" if inward else f"{link}.led_id"
                join = f"link AS {link} JOIN {table} AS {other.alias} ON {other.alias}.id = {found}"
                named = f"{link}.{'led_id' if inward else 'id'}"
                here = f"{named} = {row.alias}.id AND {_at(link, paths)}"
        also = "" if related.where is None else f" AND {self.sql(related.where, (*rows, other))}"
        return f"EXISTS (SELECT 1 FROM {join} WHERE {here}{also})"

    def _of_references(self, crossed: LeadsNowhere | ComesBack | Misnames, row: _Row) -> str:
        match crossed:
            case LeadsNowhere(paths):
                there = _there(targets_at(row.declared, paths), "l")
                return (
                    f"EXISTS (SELECT 1 FROM link AS l WHERE l.id = {row.alias}.id"
                    f" AND {_at('l', paths)} AND length(l.other_id) = 26"
                    f" AND regexp_matches(l.other_id, '^[0-9a-hjkmnp-tv-z]+$') AND NOT ({there}))"
                )
            case ComesBack(path):
                at = _at("l", (path,))
                return (
                    f"({row.alias}.id IN (WITH RECURSIVE up AS ("
                    f"SELECT l.id AS begun, l.other_id AS id, l.role FROM link AS l WHERE {at}"
                    " UNION SELECT u.begun, l.other_id, l.role FROM up AS u"
                    f" JOIN link AS l ON u.id = l.id AND u.role = l.role WHERE {at})"
                    " SELECT u.begun FROM up AS u WHERE u.begun = u.id))"
                )
            case Misnames(targets, path):
                parts = [
                    "EXISTS (SELECT 1 FROM (SELECT unnest("
                    f"{values_at(path, row.document)}) AS v) AS o JOIN {TYPES[name].table} AS t"
                    """ ON t.id = json_extract_string(o.v, '$."id"')"""
                    """ WHERE lower(json_extract_string(o.v, '$."name"'))"""
                    """ <> lower(coalesce(json_extract_string(t.body, '$."name"'), t.called)))"""
                    for name in targets
                ]
                return f"({' OR '.join(parts)})"

    def _beside(self, beside: Beside, rows: Sequence[_Row]) -> str:
        one, other = self._text(rows[-1], beside.path, beside.named), "now()"
        if beside.other != NOW:
            row = rows[-2] if beside.other.startswith(AROUND) else rows[-1]
            other = self._text(row, beside.other.removeprefix(AROUND), ())
        if beside.sign in ("differs", "same"):
            return f"({one} {'<>' if beside.sign == 'differs' else '='} {other})"
        other = other if beside.other == NOW else f"TRY_CAST({other} AS TIMESTAMPTZ)"
        sign = ">" if beside.sign == "after" else "<"
        return f"(TRY_CAST({one} AS TIMESTAMPTZ) {sign} {other})"

    def _text(self, row: _Row, path: str, named: Sequence[str]) -> str:
        """Return the first value at a path, or of a characteristic, as text."""
        place = values_at(path, row.document)
        if named:
            names = ", ".join(self._keep(each) for each in named)
            kept = f"""json_extract_string(v, '$."name"') IN ({names})"""
            place = f"""below(list_filter({place}, lambda v: {kept}), '$."value"')"""
        return f"text_of(({place})[1])"


def _at(link: str, paths: Sequence[str]) -> str:
    said = ", ".join(f"'{path}'" for path in paths)
    return f"{link}.path IN ({said})"


def _there(targets: Sequence[str], link: str) -> str:
    """Return the SQL that what a link leads to is there, of one of these types or merged."""
    return " OR ".join(
        f"{link}.led_id IN (SELECT t.id FROM {TYPES[name].table} AS t)" for name in targets
    )
