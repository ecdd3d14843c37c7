"""Reports of a month: each whole, of nothing but what was counted, and in every form."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from customer_inventory.access.log.partition import Month
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission, register
from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.report.model import Report, Table
from customer_inventory.usage.cost import closing
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.metering.hourly import meter
from customer_inventory.usage.report import found
from customer_inventory.usage.report.kind import KINDS, NoSuchReport, report
from customer_inventory.usage.report.minimised import unused_rights
from tests.usage.cost.test_month import BY, MARCH, ledger  # noqa: F401 - a fixture
from tests.usage.ledger import PROCESSES, Filled, entry, traffic


def table(made: Report, name: str) -> Table:
    return next(each for each in made.tables if each.name == name)


@pytest.fixture
async def filled(ledger: Filled) -> Filled:  # noqa: F811
    await ledger.add(traffic(300, MARCH.start, 31, seed=11))
    await meter(ledger.database)
    return ledger


@pytest.mark.parametrize("name", KINDS)
async def test_every_report_is_made_in_every_form(filled: Filled, name: str) -> None:
    made = await report(filled.database, name, MARCH)
    assert "March 2026" in made.title
    for form in FORMS.values():
        assert form.made(made)
    page = FORMS["html"].made(made).decode()
    assert "<script" not in page
    assert re.findall(r"https?://", page) == []
    assert len({each.name for each in made.tables}) == len(made.tables)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "cost"])
async def test_a_month_of_nothing_is_told_as_one(ledger: Filled, name: str) -> None:  # noqa: F811
    made = await report(ledger.database, name, Month(2025, 5))
    for form in FORMS.values():
        assert form.made(made)


async def test_cost_is_told_whole(filled: Filled) -> None:
    await closing.close(filled.database, MARCH, actor=BY)
    made = await report(filled.database, "cost", MARCH)
    assert made.headline == "10,411.60 EUR"
    said = " ".join(each.text for each in made.said)
    assert "to the cent" in said
    assert "The month before cost 10,411.60 EUR: unchanged." in said
    assert "0.00 EUR are nobody's" in said
    assert made.facts.endswith("The month is closed.")
    processes = table(made, "Cost by process")
    assert {row[0] for row in processes.rows} == {*PROCESSES, "(idle)"}
    for name in ("Cost by process", "Cost by pool", "Cost centres", "Statement"):
        told = table(made, name)
        place = {"Cost by process": 2, "Cost centres": 1}.get(name, len(told.columns) - 1)
        assert sum(row[place] for row in told.rows) == Decimal("10411.60")  # type: ignore[misc]
        assert told.foot is not None
        assert told.foot[place] == Decimal("10411.60")
    units = {row[0]: row for row in table(made, "Unit costs").rows}
    read = sum(row["records"] for row in (await used_in(filled.database, MARCH)).sums
               if row["operation"] == "read")  # fmt: skip
    assert units["1,000 records read"][1] == (Decimal("10411.60") * 1000 / read).quantize(
        Decimal("1E-9")
    )


async def test_a_month_without_pools_has_no_cost(filled: Filled) -> None:
    with pytest.raises(NothingDeclared):
        await report(filled.database, "cost", Month(2025, 6))
    made = await report(filled.database, "findings", Month(2025, 6))
    assert any(row[1] == "Cost" for row in table(made, "What to do").rows)


async def test_a_report_that_is_not_there_is_told(filled: Filled) -> None:
    with pytest.raises(NoSuchReport, match="usages"):
        await report(filled.database, "usages", MARCH)


async def test_use_is_what_the_ledger_has(filled: Filled) -> None:
    made = await report(filled.database, "usage", MARCH)
    rows = await filled.database.fetch(
        "SELECT process, count(*) AS n FROM access.entry"
        " WHERE at >= $1 AND at < $2 GROUP BY process",
        MARCH.start, MARCH.stop,
    )  # fmt: skip
    told = {row[0]: row[1] for row in table(made, "Use by process").rows}
    assert told == {row["process"]: row["n"] for row in rows}
    assert sum(row[1] for row in table(made, "Requests by day").rows) == 300  # type: ignore[misc]
    assert len(table(made, "Requests by day").rows) == 31
    foot = table(made, "Use by process").foot
    assert foot is not None
    assert foot[1] == 300


async def test_rights_that_nobody_used_are_found_and_others_not(ledger: Filled) -> None:  # noqa: F811
    database = ledger.database
    every = (Operation.READ, Operation.UPDATE)
    for process, permissions in {
        "billing": [Permission("customer", every, "testing")],
        "care": [Permission("*", (Operation.READ,), "testing")],
        "idle": [Permission("individual", every, "testing")],
        "whole": [Permission("product", (Operation.READ,), "testing")],
        "fresh": [Permission("customer", every, "testing")],
    }.items():
        await register(
            database, process, name=process, owner="ada", permissions=permissions,
            registered_by="tests",
        )  # fmt: skip
    await database.execute(
        "UPDATE access.permission SET valid_from = $1 WHERE process <> 'fresh'",
        MARCH.start - timedelta(days=200),
    )
    await ledger.add(
        [
            entry(MARCH.start, "billing"),
            entry(MARCH.start, "care", type="agreement"),
            entry(MARCH.start - timedelta(days=100), "idle", type="individual"),
            entry(MARCH.start, "idle", type="individual", decision="deny", status=403),
            entry(MARCH.start, "whole", type="customer360"),
        ]
    )
    await meter(database)
    await database.execute(
        "UPDATE access.permission SET valid_from = $1 WHERE process = 'fresh'",
        MARCH.stop - timedelta(days=3),
    )
    found = {each.right.process: each for each in await unused_rights(database, MARCH)}
    assert set(found) == {"billing", "idle"}
    assert found["billing"].operations == ("update",)
    assert not found["billing"].is_whole
    assert found["idle"].is_whole
    made = await report(database, "minimisation", MARCH)
    assert [row[0] for row in table(made, "Rights never used").rows] == ["idle", "billing"]


async def test_a_month_under_way_is_compared_with_as_much_of_the_month_before(
    ledger: Filled,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = MARCH.before
    await ledger.add([entry(before.start + timedelta(hours=n), "care") for n in range(100)])
    await ledger.add([entry(MARCH.start, "care") for _ in range(50)])
    await ledger.add([entry(MARCH.start, "billing") for _ in range(30)])
    await ledger.add([entry(before.start, "billing") for _ in range(30)])
    await meter(ledger.database)
    half = MARCH.start + (MARCH.stop - MARCH.start) / 2
    monkeypatch.setattr(found, "now", lambda: half)
    told = {(row[1], row[2]) for row in table(await report(ledger.database, "findings", MARCH),
                                              "What to do").rows}  # fmt: skip
    assert not any(of == "care" for of, _ in told)
    said = "30 requests, 15 by this time of the month before: 100 % more."
    assert ("billing", said) in told


async def test_what_stood_out_is_told_and_who_decides(filled: Filled) -> None:
    made = await report(filled.database, "access", MARCH)
    said = [each.text for section in made.sections for each in section.said]
    assert "Nobody has looked for anomalies: cinv usage anomalies." in said
    await filled.database.execute(
        "INSERT INTO usage.anomaly"
        " (kind, severity, process, observed, began_at, ended_at, evidence)"
        " VALUES ('downloadSpike', 'high', 'marketing', 9, $1, $2, '{}')",
        MARCH.start, MARCH.start + timedelta(days=1),
    )  # fmt: skip
    told = table(await report(filled.database, "access", MARCH), "Anomalies")
    assert [row[0] for row in told.rows] == ["marketing"]
    todo = table(await report(filled.database, "findings", MARCH), "What to do")
    assert ("Act", "marketing") in {row[:2] for row in todo.rows}
    assert table(await report(filled.database, "access", MARCH.next), "Anomalies").rows == []


async def test_what_changed_is_told_and_what_to_do(ledger: Filled) -> None:  # noqa: F811
    before = MARCH.before
    await ledger.add(
        [
            *(entry(before.start, "care") for _ in range(10)),
            *(entry(before.start, "gone") for _ in range(5)),
            *(entry(MARCH.start, "care") for _ in range(20)),
            *(entry(MARCH.start, "new", status=403, decision="deny") for _ in range(3)),
            entry(MARCH.start, "billing"),
            entry(before.start, "billing"),
        ]
    )
    await meter(ledger.database)
    made = await report(ledger.database, "findings", MARCH)
    told = {(row[1], row[2]) for row in table(made, "What to do").rows}
    assert ("care", "20 requests, 10 the month before: 100 % more.") in told
    assert ("gone", "It asked for nothing; 5 requests the month before.") in told
    assert ("new", "It is new: 3 requests.") in told
    assert ("new", "3 of 3 requests were refused.") in told
    assert not any(of == "billing" for of, _ in told)
    assert ("Cost", "No cost centre pays for collections, new.") in told
    weights = [row[0] for row in table(made, "What to do").rows]
    assert weights == sorted(weights, key=["Act", "Look", "Know"].index)
