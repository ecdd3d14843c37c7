"""`cinv usage ledger retain`: shown first, asked for, done, told of."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cinv, asked

POLICY = """
[retention.accesses]
maximum = "P1Y"
source = "the tests"

[ledger]
retention = "accesses"
"""
OLD = """
    INSERT INTO access.segment (writer, first_entry, entries, body)
    VALUES (gen_random_uuid(), 1, 2, '[
        {"at": "2020-01-31T12:00:00+00:00", "process": "billing", "purpose": "billing",
         "operation": "read", "type": "customer", "status": 200, "decision": "permit"},
        {"at": "2020-01-31T13:00:00+00:00", "process": "billing", "purpose": "billing",
         "operation": "read", "type": "customer", "status": 200, "decision": "permit"}
    ]')
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "retention.toml"
    file.write_text(POLICY)
    return str(file)


def test_a_month_is_shown_retired_and_told_of(here: Cinv, dsn: str, policy: str) -> None:
    asked(dsn, OLD)
    assert here("usage", "ledger", "verify", CINV_RETENTION=policy).code == 0
    shown = json.loads(here("usage", "ledger", "retain", "--dry-run", "-o", "json").out)
    assert [(row["month"], row["state"], row["entries"]) for row in shown] == [
        ("2020-01", "due", 2)
    ]
    done = json.loads(here("usage", "ledger", "retain", "--yes", "-o", "json").out)
    assert [row["month"] for row in done] == ["2020-01"]
    assert done[0]["reference"].startswith("2020-01/")
    assert asked(dsn, "SELECT count(*) FROM access.sealed WHERE at < '2021-01-01'") == [(0,)]
    verified = here("usage", "ledger", "verify")
    assert verified.code == 0
    assert "retired: 2020-01, 2 entries from 0 to 1, by manage-customer-inventory" in verified.err
    assert "3 entries" in verified.err
    assert "No month is due." in here("usage", "ledger", "retain", "--yes").err
    proved = here("usage", "ledger", "prove", "1")
    assert proved.code != 0
    assert "Entry 1 was retired." in proved.err
    assert here("usage", "ledger", "prove", "2").code == 0


def test_without_a_rule_nothing_is_retired(here: Cinv, dsn: str) -> None:
    asked(dsn, OLD)
    assert here("usage", "ledger", "verify").code == 0
    refused = here("usage", "ledger", "retain", "--yes")
    assert refused.code != 0
    assert "No rule of retention is in force for the ledger." in refused.err
    assert '"state": "kept"' in here("usage", "ledger", "retain", "--dry-run", "-o", "json").out
