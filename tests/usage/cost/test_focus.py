"""FOCUS rows: the columns of each version, sums to the pools, prices times quantities."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from arro3.io import read_parquet

from customer_inventory.access.log.partition import Month
from customer_inventory.usage.cost.allocating import Calculated, calculated
from customer_inventory.usage.cost.declared import read
from customer_inventory.usage.cost.focus import What, columns, rows
from customer_inventory.usage.cost.focus_file import as_csv, as_parquet
from customer_inventory.usage.cost.statement import Statement, difference
from tests.usage.cost.test_allocating import used

APRIL = Month(2026, 4)
MANDATORY = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd",
    "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost",
    "PricingQuantity", "PricingUnit", "ServiceCategory", "ServiceName",
}  # fmt: skip
"""In both versions; 21 with the two by which each names who provides."""
OF_VERSION = {
    "1.2": {"ProviderName", "PublisherName"},
    "1.4": {"HostProviderName", "ServiceProviderName"},
}
NULLABLE = {
    "ChargeClass", "CommitmentDiscountStatus", "SubAccountId", "SubAccountName", "SubAccountType",
    "AllocatedResourceId", "AllocatedResourceName", "x_ConsumerId", "x_Purpose",
}  # fmt: skip
COSTS = """\
currency: EUR
pools:
  - name: disks
    kind: storage
    driver: requests
    costs: [{from: 2026-01, amount: 100.01, capacity: 99}]
  - {name: team, kind: people, driver: recordsRead, costs: [{from: 2026-01, amount: 7}]}
rates:
  - {meter: recordsRead, per: 1000, prices: [{from: 2026-01, price: 0.37}]}
costCentres: [{process: care, costCentre: CC-1, from: 2026-01}]
"""
SUMS = (("care", "care", "read", 60, 601, 5), ("crm", "care", "read", 7, 13, 0))


def kept(number: int, lines: Calculated) -> Statement:
    at = datetime(2026, 5 + number, 2, tzinfo=UTC)
    return Statement(APRIL, number, lines, 1, 1, b"", "tests", None, at)


@pytest.fixture
def statements() -> list[Statement]:
    first = calculated(read(COSTS), used(*SUMS))
    later = calculated(read(COSTS), used(*SUMS, ("web", "care", "read", 20, 5, 0)))
    return [kept(0, first), kept(1, difference(later, first))]


@pytest.mark.parametrize("version", ["1.2", "1.4"])
@pytest.mark.parametrize("what", ["allocated", "charged"])
def test_the_mandatory_columns_are_there_and_filled(
    statements: list[Statement], version: str, what: What
) -> None:
    named = columns(version, what)  # type: ignore[arg-type]
    other = OF_VERSION["1.4" if version == "1.2" else "1.2"]
    assert {*named} >= MANDATORY | OF_VERSION[version]
    assert not {*named} & other
    found = list(rows(statements, version, what))  # type: ignore[arg-type]
    assert found
    for row in found:
        assert tuple(row) == named
        empty = {name for name, cell in row.items() if cell is None}
        assert empty <= NULLABLE
    own = [name for name in named if name.startswith("x_")]
    assert list(named) == [*sorted(set(named) - set(own)), *own]


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_rows_sum_to_the_pools(statements: list[Statement], version: str) -> None:
    sums: Counter[object] = Counter()
    for row in rows(statements, version, "allocated"):  # type: ignore[arg-type]
        costs = {row[name] for name in ("BilledCost", "EffectiveCost", "ListCost")}
        assert costs == {row["ContractedCost"]}
        sums[row["ResourceName"]] += row["BilledCost"]  # type: ignore[operator]
    assert sums == {"disks": Decimal("100.01"), "team": Decimal(7)}


def test_charges_are_price_times_quantity(statements: list[Statement]) -> None:
    found = list(rows(statements, "1.2", "charged"))
    assert [row["SubAccountId"] for row in found] == ["care", "crm", "web"]
    for row in found:
        assert row["PricingUnit"] == "1000 Records"
        assert row["ContractedCost"] == row["ContractedUnitPrice"] * row["PricingQuantity"]  # type: ignore[operator]
    assert found[0]["BilledCost"] == Decimal("0.22237")


def test_a_correction_is_billed_when_it_was_made(statements: list[Statement]) -> None:
    found = list(rows(statements, "1.4", "allocated"))
    classes = {row["ChargeClass"] for row in found}
    assert classes == {None, "Correction"}
    for row in found:
        assert row["ChargePeriodStart"] == "2026-04-01T00:00:00Z"
        billed = "2026-06" if row["ChargeClass"] else "2026-04"
        assert str(row["BillingPeriodStart"]).startswith(billed)
    corrected = [row["BilledCost"] for row in found if row["ChargeClass"]]
    assert sum(corrected) == 0  # type: ignore[arg-type]


def test_what_is_nobodys_has_no_consumer(statements: list[Statement]) -> None:
    found = list(rows(statements, "1.4", "allocated"))
    idle = [row for row in found if row["x_Share"] == "idle"]
    assert idle
    assert {row["SubAccountId"] for row in idle} == {row["AllocatedResourceId"] for row in idle}
    assert {row["SubAccountId"] for row in idle} == {None}
    care = next(row for row in found if row["SubAccountId"] == "care")
    assert care["Tags"] == '{"costCenter":"CC-1"}'
    assert str(care["AllocatedMethodDetails"]).startswith('{"Elements":[{"AllocatedRatio":0.6060')


def test_files_say_the_same(statements: list[Statement], tmp_path) -> None:
    named = columns("1.2", "allocated")
    found = list(rows(statements, "1.2", "allocated"))
    text = as_csv(named, found).decode()
    read_back = list(csv.DictReader(io.StringIO(text)))
    assert [Decimal(row["BilledCost"]) for row in read_back] == [r["BilledCost"] for r in found]
    file = tmp_path / "focus.parquet"
    file.write_bytes(as_parquet(named, found))
    table = read_parquet(file).read_all()
    assert table.column_names == list(named)
    told = [value.as_py() for value in table.column("BilledCost")]
    assert told == [row["BilledCost"] for row in found]
    starts = {value.as_py() for value in table.column("BillingPeriodStart")}
    assert starts == {datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)}


def test_nothing_is_written_of_nothing() -> None:
    empty = replace(kept(0, calculated(read(COSTS), used())), number=0)
    assert [row["x_Share"] for row in rows([empty], "1.4", "allocated")] == ["idle", "idle"]
    assert list(rows([empty], "1.4", "charged")) == []
