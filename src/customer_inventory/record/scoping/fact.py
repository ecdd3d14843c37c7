"""What rules of scope ask of a record, read to say why it is shown or not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
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
from customer_inventory.record.scoping.truth import Facts
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def facts_of(
    database: Database, declared: RecordType, identifier: str, process: str
) -> Facts | None:
    """Return what rules ask of a record, for a process; None when there is no such record."""
    if not is_id(identifier):
        return None
    row = await database.row(_of_record(declared), identifier, bucket_of(identifier), process)
    if row is None:
        return None
    customers: Sequence[Row] = ()
    if declared.name != CUSTOMER:
        customers = await database.fetch(SQL.facts_of_customers, row["subject_id"], process)
    lists = await _lists(database, [row, *customers])
    of_customers = [_facts(TYPES[CUSTOMER], each, lists) for each in customers]
    return _facts(declared, row, lists, of_customers)


def told(rule: Rule, facts: Facts) -> str:
    """Return what is so of a record, as far as a rule asks for it."""
    match rule:
        case Compared() | OneOf():
            known = facts.attributes.get(rule.attribute)
            text = f"{rule.attribute} is {'not known' if known is None else known}"
        case Own():
            text = f"the process made it: {'yes' if facts.is_own else 'no'}"
        case Listed(name):
            text = f"{name} has it: {'yes' if name in facts.lists else 'no'}"
        case OfCustomer(inner):
            several = "; ".join(dict.fromkeys(told(inner, each) for each in facts.customers))
            text = f"of its customer, {several}" if several else "it hangs on no customer"
        case Not(part):
            text = told(part, facts)
        case Joined(_, parts):
            text = ", ".join(dict.fromkeys(told(part, facts) for part in parts))
    return text


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    of_records = {f"facts_of_record:{name}": _of_record(TYPES[name]) for name in TYPES}
    rest = {name: text for name, text in SQL.items() if name != "facts_of_record"}
    return {**of_records, **rest}


@cache
def _of_record(declared: RecordType) -> str:
    return SQL.facts_of_record.format(table=declared.table)


async def _lists(database: Database, rows: Sequence[Row]) -> Mapping[str, set[str]]:
    """Return the lists that records, or whom they belong to, are on, by id."""
    ids = sorted({each for row in rows for each in (row["id"], row["subject_id"])})
    found: dict[str, set[str]] = defaultdict(set)
    for row in await database.fetch(SQL.lists_of_subjects, ids):
        found[row["id"]].add(row["list"])
    return found


def _facts(
    declared: RecordType,
    row: Row,
    lists: Mapping[str, set[str]],
    customers: Sequence[Facts] = (),
) -> Facts:
    document = parse_object(row["body"])
    return Facts(
        {name: column.value(document) for name, column in attributes(declared).items()},
        row["is_own"],
        lists[row["id"]] | lists[row["subject_id"]],
        customers,
    )
