"""Rules of scope as SQL: conditions of the statements that read, and the rows of a caller.

A record hangs on a customer through whom it belongs to (`subject_id`): it is the party that plays
the customer, or belongs to the customer or to that party.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from customer_inventory.record.declare import RecordType
from customer_inventory.record.scope import EVERY_ROW, Named, Parameter, Rows, Sharded
from customer_inventory.record.scoping.rule import (
    CUSTOMER,
    Compared,
    Joined,
    Listed,
    Not,
    OfCustomer,
    OneOf,
    Own,
    Rule,
    attributes,
)
from customer_inventory.record.types import TYPES, over_every_type
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ORDERING = frozenset(("lt", "le", "gt", "ge"))
_MOST_KEPT = 10_000
_CUSTOMER_ROW = "sc"
"""What the customer behind a record is called in statements."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """The condition that `rule` holds for a record, for a process."""

    rule: Rule
    process: str

    def sql(
        self,
        declared: RecordType,
        alias: str,
        parameter: Parameter,
        sharded: Sharded | None = None,
    ) -> str:
        """Return the SQL that it holds for the row `alias` of the table of `declared`."""
        return _Written(self.process, parameter, sharded).of(self.rule, declared, alias)


@over_every_type
@lru_cache(maxsize=_MOST_KEPT)
def rows_of(customers: Rule | None, own: tuple[tuple[str, Rule], ...], process: str) -> Rows:
    """Return the rows of a process: customers by a rule, records of other types by their `own`.

    What hangs on a customer is shown if the customer is, and by the rule of its type besides.
    """
    by_name = dict(own)
    found = []
    for name, declared in sorted(TYPES.items()):
        parts = [by_name[name]] if name in by_name else []
        if customers is not None and name == CUSTOMER:
            parts.append(customers)
        elif customers is not None and not declared.is_catalogue:
            parts.append(OfCustomer(customers))
        if parts:
            rule = parts[0] if len(parts) == 1 else Joined("and", tuple(parts))
            found.append((name, Scoped(rule, process)))
    return Rows(tuple(found)) if found else EVERY_ROW


def rows_beside(rows: Mapping[str, Rows], of_type: Mapping[str, str]) -> Rows:
    """Return the rows of several grants of a process: of each type those of its grant.

    `rows` are by grant, `of_type` names the grant of each type. What is in none of them is shown to
    nobody by itself; where it is looked at for what names it, every grant binds it.
    """
    found = []
    for name in sorted(TYPES):
        grants = [rows[of_type[name]]] if name in of_type else list(rows.values())
        bound = dict.fromkeys(each.of(name) for each in grants)
        parts = [each for each in bound if isinstance(each, Scoped)]
        if len(parts) == 1:
            found.append((name, parts[0]))
        elif parts:
            rule = Joined("and", tuple(part.rule for part in parts))
            found.append((name, Scoped(rule, parts[0].process)))
    return Rows(tuple(found)) if found else EVERY_ROW


class _Written:
    """Writes rules for one process into one statement."""

    def __init__(self, process: str, parameter: Parameter, sharded: Sharded | None = None) -> None:
        self._process = process
        self._parameter = parameter
        self._sharded = sharded

    def of(self, rule: Rule, declared: RecordType, alias: str) -> str:
        """Return the SQL of a rule for the row `alias`: true, false or NULL, in brackets."""
        match rule:
            case Compared() | OneOf():
                return self._compared(rule, declared, alias)
            case Own():
                return self._made(alias)
            case Listed(name):
                columns = _columns(alias)
                return f"EXISTS ({_bare('on_list', **columns, list=self._text(name))})"
            case OfCustomer(inner):
                return self._of_customer(inner, alias)
            case Not(part):
                return f"(NOT {self.of(part, declared, alias)})"
            case Joined(word, parts):
                return f"({f' {word.upper()} '.join(self.of(p, declared, alias) for p in parts)})"

    def _compared(self, rule: Compared | OneOf, declared: RecordType, alias: str) -> str:
        column = f"{alias}.{attributes(declared)[rule.attribute].name}"
        if isinstance(rule, OneOf):
            return f"({column} = ANY({self._parameter(list(rule.values))}::text []))"
        # By code points, as everywhere else but in the server's language.
        order = ' COLLATE "C"' if rule.operator in _ORDERING else ""
        return f"({column}{order} {_SIGNS[rule.operator]} {self._text(rule.value)})"

    def _made(self, alias: str) -> str:
        process = self._text(self._process)
        made = _bare("made_by", **_columns(alias), process=process)
        past = f"EXISTS ({made})"
        named = self._sharded.named if self._sharded else None
        if named is not None and alias != _CUSTOMER_ROW:
            made = _bare("named_made_by", **named._asdict(), process=process)
            past = f"{alias}.id IN ({made})"
        present = f"{alias}.operation = 'create' AND {alias}.process = {process}"
        return f"({present} OR {past})"

    def _of_customer(self, inner: Rule, alias: str) -> str:
        subject = f"{alias}.subject_id"
        held = self._customer(subject, self.of(inner, TYPES[CUSTOMER], _CUSTOMER_ROW))
        somebodys = self._customer(subject, "TRUE")
        return f"({held} OR ({self._made(alias)} AND NOT {somebodys}))"

    def _customer(self, subject: str, condition: str) -> str:
        if self._sharded is None:
            return f"EXISTS ({_bare('customer_of', subject=subject, condition=condition)})"
        among = self._sharded.among
        name = "customers_among" if among else "customers_held"
        held = _bare(name, among=among, condition=condition)
        subjects = _bare("subjects_of_customers", held_customers=held)
        return f"{subject} IN ({subjects})"

    def _text(self, value: str) -> str:
        return f"{self._parameter(value)}::text"


def every_statement() -> dict[str, str]:
    """Return statements with each part of a condition, by a name of its own (for planning)."""
    rules: Mapping[str, Rule] = {
        "made_by": Own(),
        "on_list": Listed("x"),
        "customer_of": OfCustomer(Listed("x")),
    }
    found = {}
    for label, written in {
        "": _Written("x", _never),
        ":spread": _Written("x", _never, Sharded()),
        ":among:spread": _Written("x", _never, Sharded(among="SELECT 'x' AS id")),
        ":named:spread": _Written("x", _never, Sharded(named=_EXAMPLE)),
    }.items():
        for name, rule in rules.items():
            condition = written.of(rule, TYPES["product"], "r")
            found[name + label] = SQL.checked.format(condition=condition)
    return found


_EXAMPLE = Named("ARRAY['x']", "ARRAY[1::smallint]")


def _never(_: object) -> str:
    return "'x'"


def _columns(alias: str) -> dict[str, str]:
    return {
        "id": f"{alias}.id",
        "bucket": f"{alias}.bucket",
        "subject": f"{alias}.subject_id",
    }


def _bare(name: str, **holes: str) -> str:
    return SQL.part(name).format(**holes)
