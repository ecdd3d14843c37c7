"""One edited file, all the way: judged, enforced, and followed by everything without a restart.

The real service in a process of its own, the real commands, one database. The file is that of a
reviewer: what `cinv req export` wrote of the register that ships, and one requirement edited.
"""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from customer_inventory.record.register import edition
from customer_inventory.record.register.force import put_in_force
from tests.cli.conftest import Cinv, asked
from tests.cli.test_serve import serving

ID, PATH = "REQ-1053", "placeOfBirth"
EDITED = {
    "obligation": "mandatory",
    "classification": "sensitive",
    "searchable": True,
    "quality": {"completeness": 0.9},
    "definition": "The town in which the person was born, as in a document of identity.",
}
PEOPLE = "/tmf-api/partyManagement/v5/individual"
ADA = {"@type": "Individual", "givenName": "Ada", "familyName": "Byron"}
PATIENCE_SECONDS = 60.0
Done = Callable[..., str]
"""Calls `cinv`, which must succeed; returns what it printed."""


@pytest.fixture(autouse=True)
def no_edition_is_left() -> Iterator[None]:
    """Commands run in this process, and have one edition in force."""
    yield
    put_in_force(edition.NONE)


def test_one_edited_file_goes_all_the_way_and_back(here: Cinv, dsn: str, tmp_path: Path) -> None:
    def done(*words: str) -> str:
        outcome = here(*words)
        assert outcome.code == 0, (words, outcome.err)
        return outcome.out.strip()

    tokens = callers(done)
    settings = {"CINV_DATABASE_URL": dsn, "CINV_HOME": str(tmp_path / "home")}
    with serving(**settings) as (_, base), httpx.Client(base_url=base, timeout=30) as client:
        callings = {
            name: Calling(client, {"Authorization": f"Bearer {token}"})
            for name, token in tokens.items()
        }
        crm, ads = callings["crm"], callings["ads"]
        born = {**ADA, PATH: "London"}
        first = crm.made(born)
        crm.made(ADA)
        assert ads.one(first)[PATH] == "London"

        file = edited(done, tmp_path / "requirements")
        assert judged(done, file) == {"looked_at": 2, "failed": 1, "share": "50.00%"}
        assert crm.post(ADA).status_code == 201  # judged is not enforced

        outcomes = json.loads(done("req", "import", str(file), "--reason", "KYC-4", "-o", "json"))
        assert [row["id"] for row in outcomes if row["outcome"] != "unchanged"] == [ID]
        done("req", "review", ID, "--as", "bea")
        done("req", "approve", ID, "--as", "ada")
        applied = here("req", "apply", "--reason", "KYC-4")
        assert applied.code == 0, applied.err
        assert "index register_req_1053: built" in applied.err
        assert "2 findings are open" in applied.err

        it_is_followed(done, crm, ads, first)
        assert_described(done, client, dsn, tmp_path / "exports")
        audited = here("audit", "run", "--type", "individual", "-o", "json")
        assert audited.code == 1  # a threshold that was declared is not met
        (breached,) = [
            row for row in json.loads(audited.out) if row["rule"] == f"{ID}.completeness"
        ]
        assert (breached["failed"], breached["threshold"]) == (2, 0.9)

        done("req", "retire", ID, "--reason", "KYC-4 is over")
        until(lambda: crm.post(ADA), lambda answer: answer.status_code == 201)
        assert until(lambda: ads.one(first), lambda seen: PATH in seen)[PATH] == "London"
        assert "x-requirement" not in said_by_openapi(client)
        assert PATH not in required_by_openapi(client)
        assert (rules(done), indexes(dsn)) == (set(), [])
        done("audit", "run", "--type", "individual")
        open_ones = json.loads(done("record", "findings", "-o", "json"))
        assert [row for row in open_ones if ID in json.dumps(row)] == []
        assert PATH not in template(done, tmp_path / "after")


class Calling:
    """A process at the API, with its own token."""

    def __init__(self, client: httpx.Client, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    def get(self, place: str) -> httpx.Response:
        return self._client.get(place, headers=self._headers)

    def post(self, body: dict[str, Any]) -> httpx.Response:
        return self._client.post(PEOPLE, json=body, headers=self._headers)

    def made(self, body: dict[str, Any]) -> str:
        answer = self.post(body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def one(self, identifier: str) -> dict[str, Any]:
        answer = self.get(f"{PEOPLE}/{identifier}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def it_is_followed(done: Done, crm: Calling, ads: Calling, first: str) -> None:
    """Check that the doors refuse, cite, find and mask by what is in force."""
    refused = until(lambda: crm.post(ADA), lambda answer: answer.status_code == 400)
    told = refused.json()
    assert (told["code"], told["path"]) == ("missingAttribute", PATH)
    assert told["problem"][0]["requirement"] == ID
    assert crm.post({**ADA, PATH: "London"}).status_code == 201
    assert PATH not in until(lambda: ads.one(first), lambda seen: PATH not in seen)
    # What is there stays readable to who may see it.
    assert crm.one(first)[PATH] == "London"
    refusal = ads.get(f"{PEOPLE}?{PATH}=London")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "fieldNotGranted")
    assert len(crm.get(f"{PEOPLE}?{PATH}=London").json()) == 2
    assert rules(done) == {f"{ID}.completeness", f"{ID}.validity"}


def assert_described(done: Done, client: httpx.Client, dsn: str, folder: Path) -> None:
    """Check that what describes the attribute has it as it is edited, and its index is there."""
    assert said_by_openapi(client)["x-requirement"] == ID
    assert PATH in required_by_openapi(client)
    assert indexes(dsn) == ["register_req_1053"]
    assert is_mandatory_in_exports(done, folder)


def callers(done: Done) -> dict[str, str]:
    """Return tokens of who writes everything, and of who sees nothing that is sensitive."""
    crm = ("crm", "--name", "CRM", "--owner", "Care", "--purpose", "care")
    done("access", "register", *crm, "--allow", "individual:read,create,modify,update")
    done("access", "purpose", "add", "ads", "--title", "Ads", "--legal-basis", "contract")
    done("access", "register", "ads", "--name", "Ads", "--owner", "Sales")
    for person, capacity in (("rita", "reviewer"), ("olaf", "dataOwner:individual")):
        done("access", "person", "add", person, capacity)
    ask = ("--purpose", "ads", "--allow", "individual:read", "--mask", "sensitive=hidden")
    grant = done("access", "request", "ads", *ask, "--reason", "Spring offer")
    done("access", "review", grant, "--as", "rita")
    done("access", "approve", grant, "--as", "olaf")
    done("access", "activate", grant)
    return {
        "crm": done("access", "token", "crm", "--purpose", "care"),
        "ads": done("access", "token", "ads", "--purpose", "ads"),
    }


def edited(done: Done, folder: Path) -> Path:
    """Return the file of individuals as the register has it, one of its requirements edited."""
    done("req", "export", "--type", "individual", "-f", str(folder))
    file = folder / "individual.yaml"
    said = yaml.safe_load(file.read_text("utf-8"))
    (requirement,) = [each for each in said["requirements"] if each["id"] == ID]
    assert requirement["path"] == PATH
    requirement.update(EDITED)
    file.write_text(yaml.safe_dump(said, sort_keys=False), "utf-8")
    changed = json.loads(done("req", "diff", str(file), "-o", "json"))
    assert {row["id"] for row in changed} == {ID}
    assert {row["key"] for row in changed} == EDITED.keys()
    return file


def judged(done: Done, file: Path) -> dict[str, Any]:
    """Return how what is held stands to the edited requirement."""
    rows = json.loads(done("req", "apply", "--dry-run", "-f", str(file), "-o", "json"))
    (row,) = [each for each in rows if each["requirement"] == ID]
    return {name: row[name] for name in ("looked_at", "failed", "share")}


def until(ask: Callable[[], Any], is_so: Callable[[Any], bool]) -> Any:
    """Return the first answer that is so: services follow the register a moment later."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.05)
    return answer


def schema_in_openapi(client: httpx.Client) -> dict[str, Any]:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    return dict(schemas["Individual"])


def said_by_openapi(client: httpx.Client) -> dict[str, Any]:
    """Return what the OpenAPI document says of the attribute."""
    return dict(schema_in_openapi(client)["properties"][PATH])


def required_by_openapi(client: httpx.Client) -> list[str]:
    """Return what the OpenAPI document demands of who makes one."""
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    return list(schemas["Individual_FVO"].get("required", []))


def rules(done: Done) -> set[str]:
    """Return the audit rules of the requirement."""
    listed = json.loads(done("audit", "rules", "--type", "individual", "-o", "json"))
    return {row["rule"] for row in listed if row["rule"].startswith(ID)}


def indexes(dsn: str) -> list[str]:
    """Return the valid indexes that the register has made."""
    rows = asked(
        dsn,
        "SELECT c.relname::text FROM pg_index AS i INNER JOIN pg_class AS c ON i.indexrelid = c.oid"
        " WHERE i.indisvalid AND c.relname LIKE 'register%'",
    )
    return [row[0] for row in rows]


def template(done: Done, folder: Path) -> list[str]:
    """Return the columns of the template of imports."""
    done("req", "export", "--type", "individual", "--format", "csv-template", "-f", str(folder))
    (file,) = folder.glob("*.csv")
    return next(csv.reader(io.StringIO(file.read_text("utf-8"))))


def is_mandatory_in_exports(done: Done, folder: Path) -> bool:
    """Check that the template, the dictionary and the data contract have it as it is edited."""
    assert PATH in template(done, folder)
    mapping = (folder / "individual.mapping.yaml").read_text("utf-8")
    assert f"{ID} Place of birth (mandatory)" in mapping
    for form in ("dictionary", "odcs"):
        done("req", "export", "--type", "individual", "--format", form, "-f", str(folder))
    page = (folder / "dictionary.html").read_text("utf-8")
    assert EDITED["definition"] in page
    contract = yaml.safe_load((folder / "individual.odcs.yaml").read_text("utf-8"))
    (column,) = [each for each in contract["schema"][0]["properties"] if each["name"] == PATH]
    return bool(column["required"]) and column["classification"] == "sensitive"
