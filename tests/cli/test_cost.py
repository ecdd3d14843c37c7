"""`cinv cost`: declared, allocated, closed, checked, corrected and reported at the terminal."""

import csv
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Cinv, asked

COSTS = """\
currency: EUR
pools:
  - {name: disks, kind: storage, driver: requests, costs: [{from: 2020-01, amount: 100}]}
rates:
  - {meter: requests, per: 10, prices: [{from: 2020-01, price: 1.25}]}
costCentres: [{process: billing, costCentre: CC-1, from: 2020-01}]
budgets: [{costCentre: CC-1, from: 2020-01, amount: 80}]
"""
OLD = """
    INSERT INTO access.segment (writer, first_entry, entries, body)
    SELECT gen_random_uuid(), 1, 1, json_build_array(json_build_object(
        'at', '2020-01-31T12:00:00+00:00', 'process', p.name, 'purpose', 'testing',
        'operation', 'read', 'type', 'customer', 'status', 200, 'decision', 'permit', 'count', 3
    ))
    FROM unnest($1::text[]) AS p (name)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    there = tmp_path / "costs.yaml"
    there.write_text(COSTS)
    return there


def test_a_month_goes_its_way(here: Cinv, dsn: str, file: Path) -> None:
    asked(dsn, OLD, ["billing", "billing", "care"])
    assert here("usage", "meter").code == 0
    nothing = here("cost", "allocate", "2020-01")
    assert (nothing.code, "Nothing is declared" in nothing.err) == (1, True)
    assert "no error" in here("cost", "declare", str(file), "--reason", "x", "--dry-run").err
    assert here("cost", "declare", str(file), "--reason", "x").code == 0
    assert here("cost", "declare", str(file), "--reason", "x").code == 1
    rows = json.loads(here("cost", "allocate", "2020-01", "-o", "json").out)
    assert [(row["process"], row["amount"]) for row in rows] == [
        ("billing", "66.67"),
        ("care", "33.33"),
    ]
    assert here("cost", "close", "2020-01").code == 0
    assert here("cost", "close", "2020-01").code == 1
    assert here("cost", "check", "2020-01", "--recount").code == 0
    assert "nothing to correct" in here("cost", "correct", "2020-01").err
    asked(dsn, OLD, ["care"])
    assert here("usage", "meter").code == 0
    corrected = json.loads(here("cost", "correct", "2020-01", "-o", "json").out)
    assert [(row["process"], row["amount"]) for row in corrected] == [
        ("billing", "-16.67"),
        ("care", "16.67"),
    ]
    by_centre = json.loads(here("cost", "report", "2020-01", "-o", "json").out)
    assert [
        (row["cost_centre"], row["allocated"], row["charged"], row["state"]) for row in by_centre
    ] == [
        ("", "50.00", "0.25", "none"),
        ("CC-1", "50.00", "0.25", "within"),
    ]
    by_process = json.loads(here("cost", "report", "2020-01", "--by", "process", "-o", "json").out)
    assert [row["process"] for row in by_process] == ["billing", "care"]
    by_pool = json.loads(here("cost", "report", "2020-01", "--by", "pool", "-o", "json").out)
    assert (by_pool[0]["processes"], by_pool[0]["amount"]) == ("100.00", "100.00")
    by_unit = json.loads(here("cost", "report", "2020-01", "--by", "unit", "-o", "json").out)
    costs = {row["unit"]: row["cost"] for row in by_unit}
    assert costs["1,000 records read"] == "8333.333333333"
    assert costs["download"] is None
    assert [row["number"] for row in json.loads(here("cost", "statements", "-o", "json").out)] == [
        0,
        1,
    ]
    entries = asked(
        dsn, "SELECT operation, reason FROM access.entry WHERE record_type = 'costStatement'"
    )
    assert {("modify", "close 2020-01"), ("modify", "correct 2020-01"), ("read", "2020-01")} <= {
        *entries
    }


def test_what_parts_lack_is_told(here: Cinv, dsn: str, file: Path) -> None:
    asked(dsn, OLD, ["billing"])
    here("usage", "meter")
    here("cost", "declare", str(file), "--reason", "x")
    here("cost", "close", "2020-01")
    asked(dsn, "ALTER TABLE usage.allocation DISABLE TRIGGER USER")
    asked(dsn, "UPDATE usage.allocation SET amount = amount - 1")
    found = here("cost", "check", "2020-01", "-o", "json")
    assert found.code == 1
    faults = [row["fault"] for row in json.loads(found.out)]
    assert "disks: the parts differ from the pool by 0.01 EUR" in faults


def test_a_wrong_file_says_where(here: Cinv, file: Path) -> None:
    file.write_text(COSTS.replace("amount: 100", "amount: -100"))
    refused = here("cost", "declare", str(file), "--reason", "x")
    assert refused.code == 2
    assert "line 3" in refused.err
    assert "negative" in refused.err
    assert here("cost", "allocate", "January").code == 2


def test_use_is_reported_and_statements_are_exported(
    here: Cinv, dsn: str, file: Path, tmp_path: Path
) -> None:
    asked(dsn, OLD, ["billing", "billing", "care"])
    assert here("usage", "meter").code == 0
    used = json.loads(here("usage", "report", "2020-01", "-o", "json").out)
    assert [(row["process"], row["requests"], row["records"]) for row in used] == [
        ("billing", 2, 6),
        ("care", 1, 3),
    ]
    by_operation = json.loads(
        here("usage", "report", "2020-01", "--by", "operation", "-o", "json").out
    )
    assert [(row["operation"], row["requests"]) for row in by_operation] == [("read", 3)]
    effort = here("usage", "report", "2020-01", "--by", "effort")
    assert "coverage: 0.0%" in effort.err
    # What is held is told in whole seconds: it is nothing yet in the first.
    time.sleep(1.1)
    stored = json.loads(here("usage", "report", "--by", "storage", "-o", "json").out)
    assert {"record.customer", "access.sealed"} <= {row["relation"] for row in stored}

    here("cost", "declare", str(file), "--reason", "x")
    target = tmp_path / "cost.csv"
    unclosed = here("cost", "export", "2020-01", "--to", str(target))
    assert (unclosed.code, target.exists()) == (1, False)
    here("cost", "close", "2020-01")
    assert here("cost", "export", "2020-01", "--to", str(target), "--focus", "1.2").code == 0
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert sum(Decimal(row["BilledCost"]) for row in rows) == 100
    assert here("cost", "export", "2020-01", "--to", "cost.txt").code == 2
    nowhere = tmp_path / "nowhere" / "cost.csv"
    assert here("cost", "export", "2020-01", "--to", str(nowhere)).code == 3


def test_a_file_that_is_too_long_is_no_declaration(cinv: Cinv, tmp_path: Path) -> None:
    """What would be cut off is not put in force without it."""
    file = tmp_path / "costs.yaml"
    file.write_text("# a\n" * 300_000)
    told = cinv("cost", "declare", str(file), "--reason", "x", "--dry-run")
    assert told.code != 0
    assert "longer than 1,048,576 bytes" in told.err
