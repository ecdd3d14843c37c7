"""A campaign is walked from plan to certificate by command line and API, with the same result."""

import asyncio
import getpass
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from customer_inventory.access import registration
from customer_inventory.access.log.note import Signer
from customer_inventory.access.registration import HOUSE, Permission
from customer_inventory.audit.campaign.certificate import check
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.audit.campaign.walk import DECLARED, PEOPLE, RIGHT, WRONG, comparable, walked
from tests.cli.conftest import Cinv, _run, asked, cinv, here  # noqa: F401
from tests.doors.test_commands import CAMPAIGN
from tests.tmf.conftest import serving

POPULATION, WRONG_ONES = 40, 10
API = "/inventory/v1/auditCampaign"


async def peopled(dsn: str) -> None:
    """Make women, some of whose names are misspelt, and men who are no part of it."""
    async with Database(dsn) as database:
        inventory, actor = Inventory(database), Actor("crm", "testing")
        for number in range(POPULATION + 20):
            name = WRONG if number < WRONG_ONES else f"Lovelace-{number}"
            body = {
                "@type": "Individual",
                "givenName": f"Ada {number}",
                "familyName": name,
                "gender": "female" if number < POPULATION else "male",
            }
            await inventory.create(TYPES["individual"], body, actor=actor)


class CommandLine:
    """The door of the command line."""

    def __init__(self, here: Cinv, dsn: str, folder: Path) -> None:  # noqa: F811
        self._here = here
        self._dsn = dsn
        self._folder = folder
        self.used: set[str] = set()

    def said(self, command: str, *words: str, person: str = "") -> str:
        """Say a command; it is done, and in the ledger."""
        before = self._entries()
        as_whom = ("--as", person) if person else ()
        done = self._here("audit", "campaign", command, *words, *as_whom)
        assert done.code == 0, done.err
        assert self._entries() > before, command
        self.used.add(command)
        return done.out

    def _entries(self) -> int:
        said = "SELECT count(*) FROM access.entry WHERE record_type = 'auditCampaign'"
        who = f" AND process = '{HOUSE}' AND person = '{getpass.getuser()}'"
        return int(asked(self._dsn, said + who)[0][0])

    def new(self, declared: Mapping[str, Any]) -> str:
        words = [
            "--type", declared["type"], "--filter", declared["filter"], "--with",
            declared["comparedWith"], "--level", declared["level"], "--ratio", declared["ratio"],
            "--seed", declared["seed"], "--second", declared["secondShare"],
            "--owner", declared["owner"],
        ]  # fmt: skip
        words += [word for each in declared["element"] for word in ("--element", each)]
        words += [word for each in declared["auditor"] for word in ("--auditor", each)]
        return self.said("new", declared["name"], *words).strip()

    def step(self, campaign: str, step: str, **said: Any) -> None:
        self.said(step, campaign, *(w for k, v in said.items() for w in (f"--{k}", v)))

    def next(self, campaign: str, auditor: str) -> dict[str, Any] | None:
        rows = json.loads(self.said("next", campaign, "-o", "json", person=auditor))
        return rows[0] if rows else None

    def record(self, campaign: str, item: int, auditor: str, said: dict[str, Any]) -> str:
        return self._judged("record", campaign, item, auditor, said)

    def adjudicate(self, campaign: str, item: int, person: str, said: dict[str, Any]) -> str:
        return self._judged("adjudicate", campaign, item, person, said)

    def _judged(
        self, command: str, campaign: str, item: int, person: str, said: dict[str, Any]
    ) -> str:
        words = ["--rest", "--evidence", said["evidence"]["reference"]]
        for path, each in said["verdict"].items():
            words += ["--differs", f"{path}={each['value']}"] if "value" in each else []
        return self.said(command, campaign, str(item), *words, person=person)

    def correct(self, campaign: str, item: int, person: str) -> None:
        self.said("correct", campaign, str(item), person=person)

    def items(self, campaign: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            self.said("show", campaign, "--items", "-o", "json")
        )
        return found

    def certificate(self, campaign: str) -> dict[str, Any]:
        for suffix in ("html", "pdf", "json"):
            file = self._folder / f"certificate.{suffix}"
            self.said("certificate", campaign, "--to", str(file))
            verified = self._here("audit", "campaign", "verify", str(file))
            assert "as it was signed" in verified.out
        found: dict[str, Any] = json.loads((self._folder / "certificate.json").read_bytes())
        return found


class Http:
    """The door of the API: one client a person."""

    def __init__(self, clients: Mapping[str, httpx.Client]) -> None:
        self._clients = clients

    def _sent(self, method: str, path: str, person: str = "runner", **body: Any) -> Any:
        sent = {"json": body} if method == "POST" else {}
        answer = self._clients[person].request(method, f"{API}{path}", **sent)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def new(self, declared: Mapping[str, Any]) -> str:
        made = self._sent("POST", "", **declared, dueAt="2999-01-01T00:00:00Z")
        return str(made["id"])

    def step(self, campaign: str, step: str, **said: Any) -> None:
        self._sent("POST", f"/{campaign}/{step}", **said)

    def next(self, campaign: str, auditor: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._sent("POST", f"/{campaign}/next", auditor)
        return found

    def record(self, campaign: str, item: int, auditor: str, said: dict[str, Any]) -> str:
        done = self._sent("POST", f"/{campaign}/item/{item}/record", auditor, **said)
        return str(done["state"])

    def adjudicate(self, campaign: str, item: int, person: str, said: dict[str, Any]) -> str:
        done = self._sent("POST", f"/{campaign}/item/{item}/adjudicate", person, **said)
        return str(done["state"])

    def correct(self, campaign: str, item: int, person: str) -> None:
        self._sent("POST", f"/{campaign}/item/{item}/correct", person)

    def items(self, campaign: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._sent("GET", f"/{campaign}/item")
        return found

    def certificate(self, campaign: str) -> dict[str, Any]:
        found: dict[str, Any] = self._sent("GET", f"/{campaign}/certificate")
        return found


async def over_http(dsn: str) -> tuple[dict[str, Any], bytes]:
    """Walk a campaign over HTTP; return its certificate and the key of that inventory."""
    async with Database(dsn) as database, serving(dsn, database) as service:
        await registration.register(
            database,
            "audit",
            name="Audit",
            owner="the tests",
            permissions=[
                Permission.parse("auditCampaign:read,create,modify,update", "testing"),
                Permission.parse("individual:read,update", "testing"),
            ],
            registered_by="the tests",
        )
        clients = {}
        for person in PEOPLE:
            token = await registration.issue_token(
                database, "audit", purpose="testing", person=person, lifetime=timedelta(hours=1)
            )
            headers = {"Authorization": f"Bearer {token.secret}"}
            clients[person] = httpx.Client(base_url=service.base, headers=headers, timeout=60)
        told = await asyncio.to_thread(walked, Http(clients))
        for client in clients.values():
            client.close()
        return told, bytes.fromhex(told["signature"]["key"])


def test_the_result_is_the_same(
    here: Cinv,  # noqa: F811
    dsn: str,
    tmp_path: Path,
) -> None:
    _run(peopled(dsn))
    door = CommandLine(here, dsn, tmp_path)
    by_command = walked(door)
    the_rest(door, by_command["campaign"]["id"])
    # The corrections are undone, so that the records are as they were; the ids are the same.
    _run(misspelt_again(dsn))
    over, key = _run(over_http(dsn))
    assert comparable(over) == comparable(by_command)
    assert [each["id"] for each in over["earlier"]] == [by_command["campaign"]["id"]]
    assert by_command["earlier"] == []
    assert check(json.dumps(over).encode(), key) == []
    result = by_command["result"]
    assert result["nonconforming"] == result["corrected"] > 0
    assert result["examined"] == by_command["plan"]["size"]
    assert by_command["secondReading"]["item"] > 0
    own = Signer.kept_in(tmp_path / "home").public
    assert by_command["signature"]["key"] == own.hex()


def the_rest(door: CommandLine, campaign: str) -> None:
    """Use the commands that the walk did not; of a closed campaign some are refused."""
    item = next(each["item"] for each in door.items(campaign) if each["state"] == "decided")
    assert "reading" in door.said("item", campaign, str(item), "-o", "json")
    assert campaign in door.said("list")
    door.said("abandon", door.new({**DECLARED, "seed": "another"}), "--reason", "declared twice")
    other = door.new({**DECLARED, "seed": "a third"})
    door.step(other, "sample")
    door.step(other, "assign")
    door.said("hand-over", other, "ada", "edith", "--reason", "on leave")
    assert door.next(other, "ada") is None
    task = door.next(other, "edith")
    assert task is not None
    asked = door.said("ask", other, str(task["item"]), person="edith").strip()
    again = door.next(other, "edith")
    assert again is not None
    assert again["confirmation"][0]["id"] == asked
    assert door.used == {each.removeprefix("audit campaign ") for each in CAMPAIGN}


async def misspelt_again(dsn: str) -> None:
    async with Database(dsn) as database:
        inventory, actor = Inventory(database), Actor("crm", "testing")
        rows = await database.fetch(
            "SELECT id FROM record.individual WHERE family_name = $1", RIGHT
        )
        assert rows
        for row in rows:
            await inventory.change(
                TYPES["individual"],
                row["id"],
                lambda old: {**old, "familyName": WRONG},
                actor=actor,
            )
