"""Access declared in a file: planned, applied once, exported; wrong files are told by line."""

import pytest

from customer_inventory.access.declared import form
from customer_inventory.access.declared.plan import apply, plan
from customer_inventory.access.declared.present import exported
from customer_inventory.access.grant import granting
from customer_inventory.kit.located import FileError
from customer_inventory.store.database import Database
from tests.access.grant.office import ACTIVE, by

FILE = """\
processes:
  billing:
    name: Billing
    kind: system
    etom: 1.3.9
    owner: Finance
    ownerPerson: bea
purposes:
  billing:
    title: Billing
    legalBasis: contract
people:
  rita: reviewer
  ada: [dataOwner:customer]
grants:
  - process: billing
    purpose: billing
    allow:
      customer: [read, update]
    reason: Invoices
    until: 2099-01-31
"""


async def planned(database: Database, text: str = FILE) -> list[tuple[str, str, str]]:
    changes = await plan(database, form.read(text))
    return [(each.what, each.action, each.difference) for each in changes]


async def applied(database: Database, text: str = FILE) -> list[str]:
    waiting = await apply(database, await plan(database, form.read(text)), by=by("rob"))
    return [each.what for each in waiting]


async def test_a_file_is_applied_once_and_asks_for_what_it_wants(database: Database) -> None:
    assert [what for what, _, _ in await planned(database)] == [
        "purpose billing",
        "person rita",
        "person ada",
        "process billing",
        "grant of billing for billing",
    ]
    assert await applied(database) == []
    (grant,) = await granting.grants(database)
    assert (grant["state"], grant["requested_by"], grant["reason"]) == (
        "requested",
        "rob",
        "Invoices",
    )
    ((what, action, difference),) = await planned(database)
    assert (what, action) == ("grant of billing for billing", "wait")
    assert difference == f"it is requested: {grant['id']}"
    assert await applied(database) == ["grant of billing for billing"]
    for step in ACTIVE:
        await step(database, grant["id"])
    assert await planned(database) == []
    assert len(await granting.grants(database)) == 1


async def test_what_is_exported_changes_nothing_when_applied(database: Database) -> None:
    await applied(database)
    (grant,) = await granting.grants(database)
    for step in ACTIVE:
        await step(database, grant["id"])
    text = await exported(database)
    assert "etom: 1.3.9" in text
    assert await planned(database, text) == []
    assert await planned(database) == []


async def test_what_differs_is_told(database: Database) -> None:
    await applied(database)
    (grant,) = await granting.grants(database)
    for step in ACTIVE:
        await step(database, grant["id"])
    changed = (
        FILE.replace("owner: Finance", "owner: Sales")
        .replace("title: Billing", "title: Bills")
        .replace("ada: [dataOwner:customer]", "ada: [security]")
        .replace("customer: [read, update]", "customer: [read]\n      agreement: [read]")
    )
    assert await planned(database, changed) == [
        ("purpose billing", "change", "title: Billing -> Bills"),
        ("person ada", "end", "- dataOwner:customer"),
        ("person ada", "register", "+ security"),
        ("process billing", "change", "owner: Finance -> Sales"),
        ("grant of billing for billing", "ask", "+ agreement:read, - customer:update"),
    ]
    await applied(database, changed)
    remaining = await planned(database, changed)
    assert [(what, action) for what, action, _ in remaining] == [
        ("grant of billing for billing", "wait")
    ]
    later = FILE.replace("2099-01-31", "2100-01-31")
    (*_, (what, action, difference)) = await planned(database, later)
    assert (what, action) == ("grant of billing for billing", "wait")
    assert difference.startswith("another is requested")


@pytest.mark.parametrize(
    ("broken", "line", "says"),
    [
        (FILE.replace("kind: system", "kind: robot"), 4, "'robot' is not known"),
        (FILE.replace("kind: system", "sort: system"), 4, "is not a key that belongs here"),
        (FILE.replace("    owner: Finance\n", ""), 2, "lacks the key owner"),
        (FILE.replace("legalBasis: contract", "legalBasis: whim"), 11, "'whim' is not known"),
        (FILE.replace("rita: reviewer", "rita: boss"), 13, "There is no capacity 'boss'"),
        (FILE.replace("[read, update]", "[read, fly]"), 18, "is not TYPE:OPERATION"),
        (FILE.replace("[read, update]", "read"), 18, "must be a list of operations"),
        (FILE.replace("customer: [", "customers: ["), 18, "There is no record type"),
        (FILE.replace("2099-01-31", "2001-01-31"), 21, "is no date to come"),
        (FILE.replace("2099-01-31", "soon"), 21, "is no date to come"),
        (FILE.replace("process: billing", "process: bill"), 16, "there is no process 'bill'"),
        (FILE + FILE.split("grants:\n")[1], 22, "stand here already"),
        ("processes: [", 1, "this is no YAML"),
        ("", 1, "the file is empty"),
        ("- a", 1, "must be keys with values"),
        ("states: {}", 1, "is not a key that belongs here"),
    ],
)
async def test_a_wrong_file_is_told_by_line(
    schema: Database, broken: str, line: int, says: str
) -> None:
    with pytest.raises(FileError, match=f"line {line}: ") as refused:
        await plan(schema, form.read(broken))
    assert says in str(refused.value)
