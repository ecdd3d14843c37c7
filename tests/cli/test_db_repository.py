"""`cinv db repository` and its routes, as people call them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cinv
from tests.conftest import Service
from tests.facilities.repository.test_catalogue import CRM


@pytest.fixture
def file(tmp_path: Path) -> Path:
    there = tmp_path / "crm.yaml"
    there.write_text(CRM)
    return there


def test_a_repository_goes_its_way(here: Cinv, file: Path) -> None:
    listed = json.loads(here("db", "repository", "list", "-o", "json").out)
    assert [each["name"] for each in listed] == ["customer-inventory"]
    assert here("db", "repository", "coverage").code == 0
    words = ("db", "repository", "apply", "-f", str(file))
    assert "declare" in here(*words, "--plan").out
    assert here(*words, "--check").code == 1
    assert "reason" in here(*words).err
    applied = here(*words, "--reason", "declared")
    assert applied.code == 0, applied.err
    assert "source ordering is no repository's" in applied.err
    assert "billing of crm is no registered process" in applied.err
    assert here(*words, "--check").code == 0
    assert "systemOfRecord" in here("db", "repository", "show", "crm").out
    assert "declared" in here("db", "repository", "history", "crm").out
    covered = here("db", "repository", "coverage", "-o", "json")
    assert covered.code == 1
    assert {each["verdict"] for each in json.loads(covered.out)} == {"several"}
    file.write_text(here("db", "repository", "export").out)
    assert here(*words, "--check", "--whole").code == 0
    assert here("db", "repository", "show", "nothing").code == 1


async def test_the_catalogue_over_http(service: Service) -> None:
    token = await service.token_for("operations", "facility:read")
    headers = {"Authorization": f"Bearer {token}"}
    listed = await service.client.get("/inventory/v1/repository", headers=headers)
    assert [each["name"] for each in listed.json()] == ["customer-inventory"]
    one = await service.client.get("/inventory/v1/repository/customer-inventory", headers=headers)
    assert one.json()["version"][0]["action"] == "declared"
    assert one.json()["process"] == ["tester"]
    gone = await service.client.get("/inventory/v1/repository/nothing", headers=headers)
    assert gone.status_code == 404
    coverage = "/inventory/v1/repositoryCoverage"
    covered = (await service.client.get(coverage, headers=headers)).json()
    assert covered["count"] == {"one": len(covered["requirement"])}
    chosen = await service.client.get(f"{coverage}?verdict=several", headers=headers)
    assert chosen.json()["requirement"] == []
    wrong = await service.client.get(f"{coverage}?verdict=two", headers=headers)
    assert wrong.status_code == 400
