"""`cinv usage anomalies` and `anomaly`: looked for, shown, decided, declared at the terminal."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Cinv, asked

USUAL = """
    INSERT INTO access.segment (writer, first_entry, entries, body)
    SELECT gen_random_uuid(), 1, count(*), json_agg(json_build_object(
        'at', (date_trunc('day', $1::timestamptz, 'UTC') - day * interval '1 day'
            + hour * interval '1 hour')::text,
        'process', 'care', 'purpose', 'testing', 'operation', 'read', 'type', 'customer',
        'status', 200, 'decision', 'permit', 'count', CASE WHEN day = 1 THEN $2::int ELSE 2 END
    ))
    FROM generate_series(1, 30) AS day, generate_series(9, 12) AS hour
"""


def test_what_is_out_of_habit_is_found_and_decided(here: Cinv, dsn: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    asked(dsn, USUAL, now, 900)
    looked = json.loads(here("usage", "anomaly", "look", "-o", "json").out)
    assert (looked[0]["entries"] >= 120, looked[0]["found"]) == (True, 1)
    assert json.loads(here("usage", "anomaly", "look", "-o", "json").out)[0]["found"] == 0
    (one,) = json.loads(here("usage", "anomalies", "-o", "json").out)
    assert (one["kind"], one["process"], one["state"]) == ("readSpike", "care", "open")
    assert one["evidence"]["baseline"]["highest"] == 2
    number = str(one["id"])
    shown = here("usage", "anomaly", "show", number)
    assert shown.code == 0
    assert "usual: highest" in shown.out
    assert "Nobody decided anything of it." in shown.err

    silent = here("usage", "anomaly", "decide", number, "confirmed")
    assert (silent.code, "reason: is mandatory" in silent.err) == (2, True)
    done = here("usage", "anomaly", "decide", number, "falseAlarm", "--reason", "a test")
    assert (done.code, "falseAlarm" in done.err) == (0, True)
    assert here("usage", "anomaly", "decide", number, "falseAlarm", "--reason", "x").code == 1
    assert "There is no such anomaly" in here("usage", "anomalies").err
    every = ("usage", "anomalies", "--state", "all", "--kind", "readSpike", "--process", "care")
    assert len(json.loads(here(*every, "--severity", "medium", "-o", "json").out)) == 1
    later = (now + timedelta(days=1)).date().isoformat()
    assert json.loads(here(*every, "--since", later, "-o", "json").out) == []
    assert here("usage", "anomaly", "show", "999").code == 1


def test_thresholds_are_declared_with_a_reason(here: Cinv, tmp_path: Path) -> None:
    file = tmp_path / "thresholds.yaml"
    file.write_text("kinds:\n  refusals: {least: 5}\n")
    wrong = here("usage", "anomaly", "declare", str(file), "--reason", "x", "--dry-run")
    assert (wrong.code, "line 2" in wrong.err) == (2, True)
    file.write_text("kinds:\n  refusals: {least: 5, reason: few are many here}\n")
    assert "No error" in here("usage", "anomaly", "declare", str(file), "--reason", "x",
                              "--dry-run").err  # fmt: skip
    assert "as shipped" in here("usage", "anomaly", "thresholds").err
    assert here("usage", "anomaly", "declare", str(file), "--reason", "x").code == 0
    assert here("usage", "anomaly", "declare", str(file), "--reason", "x").code == 1
    told = here("usage", "anomaly", "thresholds", "-o", "json")
    assert "declaration 1" in told.err
    rows = {row["kind"]: row for row in json.loads(told.out)}
    assert (rows["refusals"]["least"], rows["refusals"]["reason"]) == (5, "few are many here")
    assert rows["dormantUse"]["days"] == 14
