"""A load refuses rows that refer to what must be there and is not, and no other."""

import random
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.record.samples import agreement, related

CONSENT = TYPES["partyPrivacyAgreement"]
PARTY = new_id()


def consent(identifier: str, **more: Any) -> bytes:
    document = {**agreement(PARTY), "@type": "PartyPrivacyAgreement", **more, "id": identifier}
    return encode(document) + b"\n"


def profile(demands: str, **more: Any) -> bytes:
    document = {
        "id": new_id(),
        "@type": "PartyPrivacyProfile",
        "agreedByParty": related(PARTY, "customer"),
        "agreement": {"id": demands},
        "partyPrivacyProfileCharacteristic": [{"privacyUsagePurpose": "marketing"}],
        "partyPrivacyProfileSpecification": {"id": "marketing"},
        **more,
    }
    return encode(document) + b"\n"


async def loaded(
    database: Database, actor: Actor, folder: Path, *rows: bytes, rows_of_chunk: int = 100
) -> Summary:
    file = folder / f"{new_id()}.ndjson"
    file.write_bytes(b"".join(rows))
    return await import_file(database, file, "records", actor=actor, rows_of_chunk=rows_of_chunk)


def refusals(summary: Summary) -> dict[int, str]:
    return {row["line"]: f"{row['path']} {row['reason']}" for row in summary.refusals}


async def kept(database: Database) -> int:
    count: int = await database.value("SELECT count(*) FROM record.party_privacy_profile")
    return count


@pytest.mark.parametrize("rows_of_chunk", [1, 2, 100])
async def test_a_row_whose_proof_is_missing_is_refused(
    database: Database, actor: Actor, tmp_path: Path, rows_of_chunk: int
) -> None:
    there = new_id()
    rows = [consent(there), profile(there), profile(new_id()), profile("crm-7"), profile(there)]
    summary = await loaded(database, actor, tmp_path, *rows, rows_of_chunk=rows_of_chunk)
    assert refusals(summary) == {3: "agreement.id names no record."}
    assert (summary.tally.rows, summary.tally.refused, await kept(database)) == (5, 1, 3)


async def test_what_the_chunk_brings_later_or_the_inventory_has_is_there(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    inventory = Inventory(database)
    given = {**agreement(PARTY), "@type": "PartyPrivacyAgreement"}
    had = (await inventory.create(CONSENT, given, actor=actor)).id
    late = new_id()
    summary = await loaded(database, actor, tmp_path, profile(had), profile(late), consent(late))
    assert (summary.tally.refused, await kept(database)) == (0, 2)


async def test_whoever_counts_on_a_refused_row_is_refused_with_it(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    """One is refused for its document, another by the database alone."""
    draw = random.Random(1)
    huge = "".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(3900))
    broken, too_large, good = new_id(), new_id(), new_id()
    rows = [
        consent(broken, name=7),
        profile(broken),
        profile(good),
        consent(good),
        consent(too_large, name=huge),
        profile(too_large),
    ]
    summary = await loaded(database, actor, tmp_path, *rows)
    said = refusals(summary)
    assert set(said) == {1, 2, 5, 6}
    assert said[2] == said[6] == "agreement.id names no record."
    assert await kept(database) == 1


async def test_what_is_not_declared_so_is_taken(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    rows = [consent(new_id(), partyPrivacyProfile=[{"id": new_id()}])]
    summary = await loaded(database, actor, tmp_path, *rows)
    assert summary.tally.refused == 0
