"""Values planted through every way in are nowhere after the erasure; without a holder they are."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.holding import holders_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.subject.erasing import Eraser
from customer_inventory.record.subject.holder import Holders
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL
from tests.conftest import Service, permitted
from tests.record.event.listener import listening
from tests.record.subject.conftest import files_with, places_of
from tests.record.subject.test_planted import Planter, planted
from tests.tmf.bodies import BODIES, PATHS, made, party, place, related
from tests.tmf.conftest import serving

SOMEBODY = "0006h0q9x2mrs6kz4c8v1tdw3e"
OWN_TYPES = [name for name, declared in TYPES.items() if declared.subject]
NAMING = "SELECT count(*) FROM access.entry WHERE record_ids::jsonb ?| $1::text[] AND at < $2"
"""How many entries of the ledger, from before an instant, name records by their ids."""
PROOF = {"record.erasure", "record.history", "record.outbox", "record.subject_request"}
"""Where ids stay: the proof, the marks of removal, what is still to be told."""


def of_subject(planter: Planter, name: str, identifier: str) -> dict[str, Any]:
    """Return a body of the type that names the subject wherever its sample names somebody."""
    text = json.dumps(BODIES[name]).replace(SOMEBODY, identifier)
    return planted(planter, TYPES[name], json.loads(text.replace("Ada Lovelace", planter.word())))


class Sown:
    """A subject with something of it in every place that takes something."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.folder = folder
        self.planter = Planter()
        self.ids: list[str] = []
        self.subject = ""

    async def sow(self) -> None:
        self.subject = await self._created("individual", BODIES["individual"])
        for name in OWN_TYPES:
            document = of_subject(self.planter, name, self.subject)
            identifier = await self._created(name, document)
            self.ids.append(identifier)
            there = f"{PATHS[name]}/{identifier}"
            change = {"undeclared": {"deep": [self.planter.word()]}}
            changed = await self.service.client.patch(there, json=change)
            assert changed.status_code == 200, changed.text
        await self._attached()
        await self._merged()
        await self._shared()
        await self._transferred()
        await self._imported()
        sent = {"kind": "access", "subjectId": self.subject}
        opened = await self.service.client.post("/inventory/v1/subjectRequest", json=sent)
        assert opened.status_code == 201, opened.text
        await self.service.client.get("/inventory/v1/search", params={"q": self.mail})

    async def _created(self, name: str, document: dict[str, Any]) -> str:
        if name == "individual":
            self.mail = f"{self.planter.word()}@example.com"
            medium = [{"@type": "EmailContactMedium", "emailAddress": self.mail}]
            document = planted(self.planter, TYPES[name], {**document, "contactMedium": medium})
        answer = await self.service.client.post(PATHS[name], json=document)
        assert answer.status_code == 201, (name, answer.text)
        return str(answer.json()["id"])

    async def _attached(self) -> None:
        answer = await self.service.client.post(
            "/inventory/v1/attachment",
            params={
                "recordType": "individual",
                "recordId": self.subject,
                "name": f"{self.planter.word()}.txt",
            },
            content=self.planter.word().encode(),
            headers={"Content-Type": "text/plain"},
        )
        assert answer.status_code == 201, answer.text

    async def _merged(self) -> None:
        twin = await self._created("individual", BODIES["individual"])
        sent = {"type": "individual", "survivor": self.subject, "merged": [twin]}
        answer = await self.service.client.post("/inventory/v1/merge", json=sent)
        assert answer.status_code in (200, 201), answer.text
        there = f"{PATHS['individual']}/{self.subject}"
        await self.service.client.patch(there, json={"title": self.planter.word()})
        self.ids.append(twin)

    async def _shared(self) -> None:
        """What others hold too, and what they said of the subject."""
        other = (await made(self.service, "individual"))["id"]
        named = {**party(self.subject), "name": self.planter.word()}
        await made(
            self.service,
            "agreement",
            engagedParty=[named, party(other)],
            description=f"As told to {self.mail}",
        )

    async def _transferred(self) -> None:
        other = (await made(self.service, "individual"))["id"]
        named = related(self.subject)
        named["partyOrPartyRole"]["name"] = self.planter.word()
        product = await made(self.service, "product", relatedParty=[named])
        sent = {
            "type": "product", "id": product["id"], "toType": "individual", "to": other,
            "kind": "sale",
        }  # fmt: skip
        answer = await self.service.client.post("/inventory/v1/transfer", json=sent)
        assert answer.status_code in (200, 201), answer.text
        left = await self.service.client.get(place("product", product))
        assert other in left.text

    async def _imported(self) -> None:
        """A file of which one row is taken and one refused."""
        mapping = parse_mapping(SMALL, "small")
        file = self.folder / "rows.csv"
        file.write_text(f"{HEADER}1,{self.mail},Somebody,never,A\n")
        actor = Actor("test", "testing", "tester")
        await permitted(self.service.database, "test", "*:create", purpose="testing")
        summary = await import_file(self.service.database, file, mapping, actor=actor)
        assert summary.tally.refused == 1
        file.unlink()


async def test_no_value_planted_through_any_way_in_is_left(
    dsn: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The home of the service lies there, too.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with (
        listening() as listener,
        serving(dsn, database, callback_allow="127.0.0.0/8") as service,
    ):
        # It takes nothing: what it is to be told of waits.
        listener.answering = lambda path, event: 503
        hub = {"callback": listener.callback}
        answer = await service.client.post("/tmf-api/partyManagement/v5/hub", json=hub)
        assert answer.status_code == 201, answer.text
        sown = Sown(service, tmp_path)
        await sown.sow()
        values = sown.planter.values
        assert files_with(tmp_path, ["PRIVATE KEY"])
        found = await places_of(database, values)
        tables = {f"record.{TYPES[name].table}" for name in OWN_TYPES}
        assert found >= tables | {
            "record.individual", "record.history", "record.origin", "record.word",
            "record.attachment", "capture.quarantine",
        }  # fmt: skip
        began = await database.value("SELECT now()")
        assert await database.value(NAMING, list(sown.ids), began) > 0
        done = await service.client.post(
            "/inventory/v1/erasure", json={"subjectId": sown.subject, "reason": "DSR-2026-17"}
        )
        assert done.status_code == 201, done.text
        assert await places_of(database, values) == set()
        assert files_with(tmp_path, values) == []
        left = await places_of(database, sown.ids)
        # That listeners are told of the removal is in the ledger, sealed or not; nothing older is.
        left = {place for place in left if not place.startswith("access.sealed")}
        assert await database.value(NAMING, list(sown.ids), began) == 0
        assert left <= PROOF | {"record.delivery", "access.segment"}


@pytest.mark.parametrize(
    "name",
    [
        "refused rows", "records of others", "attachments", "identity", "history",
        "dictionary of names",
    ],
)  # fmt: skip
async def test_without_one_holder_something_is_left(
    service: Service, tmp_path: Path, actor: Actor, name: str
) -> None:
    sown = Sown(service, tmp_path)
    await sown.sow()
    whole = holders_of(service.database, Settings(home=tmp_path / "home"))

    async def nothing(*_: object) -> dict[str, int]:
        return {}

    holders = tuple(
        replace(each, erase=nothing) if each.name == name else each for each in whole.holders
    )
    assert holders != whole.holders
    eraser = Eraser(service.database, Holders(holders, whole.explained))
    if name == "identity":
        # Until what merged records say themselves is gone, none of them can be removed.
        with pytest.raises(Exception, match="changed since"):
            await eraser.erase(sown.subject, reason="DSR-2026-17", actor=actor)
    else:
        await eraser.erase(sown.subject, reason="DSR-2026-17", actor=actor)
    assert await places_of(service.database, sown.planter.values) != set()
