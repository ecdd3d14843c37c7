"""`cinv db init`, `status`, `doctor` and what keeps the database in shape, as people call them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_inventory.store.embedded import EmbeddedServer
from tests.cli.conftest import Cinv, Outcome
from tests.cli.test_db_backup import call, home  # noqa: F401 - fixtures
from tests.conftest import Service
from tests.facilities.backup.conftest import made  # noqa: F401 - a fixture


@pytest.fixture
def running(call: Cinv, home: Path) -> Iterator[Cinv]:  # noqa: F811 - the fixtures
    """Call `cinv` in a home whose database runs."""
    with EmbeddedServer(home).running():
        yield call


def told(outcome: Outcome) -> dict[str, dict[str, str]]:
    return {row["what"]: row for row in json.loads(outcome.out)}


def test_an_inventory_is_made_and_looked_at(running: Cinv) -> None:
    first = running("db", "init")
    assert first.code == 0, first.err
    assert "it was there" in first.out
    assert "take the first: cinv db backup" in first.out
    looked = running("db", "status", "-o", "json")
    assert looked.code == 1
    assert told(looked)["verdict"]["said"] == "1 wrong: backups"
    assert running("db", "backup").code == 0
    assert running("db", "drill", "--no-audit").code == 0
    well = running("db", "status", "-o", "json")
    assert well.code == 0, well.out
    assert told(well)["drill"]["state"] == "ok"
    assert told(well)["archive"]["do"] != ""  # no service keeps it
    assert running("db", "status", "--strict").code == 1
    assert "verdict" in running("db", "status").out
    doctor = running("db", "doctor", "-o", "json")
    assert doctor.code == 0, doctor.out
    assert told(doctor)["durability"]["state"] == "ok"


def test_a_database_that_does_not_run_is_not_started(call: Cinv, home: Path) -> None:  # noqa: F811
    looked = call("db", "status", "-o", "json")
    assert looked.code == 3
    assert told(looked)["verdict"]["said"] == "the database does not run"
    assert told(call("db", "doctor", "-o", "json"))["database"]["state"] == "skipped"
    assert not EmbeddedServer(home).status().running


def test_what_keeps_it_in_shape(here: Cinv) -> None:
    assert "There is no partition yet" in here("db", "partition", "--plan").err
    done = here("db", "partition", "--retire", "-o", "json")
    assert len(json.loads(done.out)) == 3
    assert "3 made, 0 retired" in done.err
    planned = json.loads(here("db", "retain", "--plan", "-o", "json").out)
    by_name = {row["name"]: row for row in planned}
    assert by_name["records"]["due"] == "nothing ever goes"
    assert by_name["ledger"]["holds"] == "heeded"
    done = here("db", "retain", "events", "sessions", "--yes", "-o", "json")
    assert [row["name"] for row in json.loads(done.out)] == ["events", "sessions"]
    assert "Is events meant" in here("db", "retain", "event", "--yes").err
    whole = here("db", "retain", "--yes", CINV_RETENTION="example")
    assert whole.code == 0, whole.err
    listed = json.loads(here("db", "reindex", "record.word", "--plan", "-o", "json").out)
    assert {row["state"] for row in listed} == {"whole"}
    built = json.loads(here("db", "reindex", "record.word", "-o", "json").out)
    assert {row["index"] for row in built} == {row["index"] for row in listed}
    assert here("db", "reindex", "record.nothing").code == 1


def test_what_is_of_one_version_is_not_upgraded(call: Cinv, here: Cinv) -> None:  # noqa: F811
    planned = call("db", "upgrade", "--plan", "-o", "json")
    assert planned.code == 0, planned.err
    assert json.loads(planned.out)[-1]["value"].startswith("nothing")
    assert "No data directory was put aside" in call("db", "upgrade", "--confirm").err
    assert "Upgrade that one itself" in here("db", "upgrade").err


async def test_the_status_over_http(service: Service) -> None:
    token = await service.token_for("monitoring", "facility:read")
    headers = {"Authorization": f"Bearer {token}"}
    answer = await service.client.get("/inventory/v1/facilityStatus", headers=headers)
    content = answer.json()
    parts = {part["what"]: part for part in content["part"]}
    assert {"server", "connections", "jobs", "ledger", "partitions"} <= parts.keys()
    assert content["state"] in ("ok", "attention", "problem")
    assert parts["connections"]["value"] >= 1
