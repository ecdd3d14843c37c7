"""Reads at the terminal: as a process for a purpose, under what that is shown, and told."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from tests.cli.conftest import Cinv, asked
from tests.tmf.bodies import BODIES, party, related

ACTOR = Actor("tests", "testing")
MEDIUM = [{"@type": "EmailContactMedium", "emailAddress": "ada@secret.example"}]


async def _filled(dsn: str) -> dict[str, str]:
    async with Database(dsn) as database:
        inventory, ids = Inventory(database), dict[str, str]()

        async def make(kind: str, **changes: Any) -> str:
            body = {**BODIES[kind], **changes}
            return (await inventory.create(named(kind), body, actor=ACTOR)).id

        ids["individual"] = await make("individual", familyName="Byron", contactMedium=MEDIUM)
        ids["customer"] = await make("customer", engagedParty=party(ids["individual"]), name="Ada")
        owner = [related(ids["customer"], kind="Customer")]
        ids["billingAccount"] = await make("billingAccount", relatedParty=owner, name="Monthly")
        await _permit(database, "care", "*:read", {"masks": {"contact": "domain"}})
        await _permit(database, "sales", "customer:read", {})
    return ids


async def _permit(database: Database, process: str, text: str, terms: dict[str, Any]) -> None:
    permission = Permission.parse(text, "calls")
    await registration.register(
        database,
        process,
        name=process,
        owner="the tests",
        permissions=[Permission(permission.record_type, permission.operations, "calls", terms)],
        registered_by="the tests",
    )


def run(work: Coroutine[Any, Any, dict[str, str]]) -> dict[str, str]:
    with asyncio.Runner() as runner:
        return runner.run(work)


@pytest.fixture
def ids(dsn: str) -> dict[str, str]:
    """A customer with a person and an account: ids by type."""
    return run(_filled(dsn))


def shown(here: Cinv, *words: str) -> list[dict[str, Any]]:
    done = here(*words, "-o", "json")
    assert done.code == 0, (words, done.err)
    return json.loads(done.out)  # type: ignore[no-any-return]


def entries(dsn: str) -> list[tuple[Any, ...]]:
    return asked(
        dsn,
        "SELECT process, purpose, record_type, status, decision, rule FROM access.entry"
        " WHERE operation = 'read' ORDER BY seq, number",
    )


CARE = ("--process", "care", "--purpose", "calls")
SALES = ("--process", "sales", "--purpose", "calls")


def reads(ids: dict[str, str]) -> list[tuple[str, ...]]:
    customer = ids["customer"]
    return [
        ("customer", "show", customer),
        ("customer", "show", customer, "--as-of", "2030-01-01"),
        ("customer", "history", customer),
        ("customer", "diff", customer, "--from", "2020-01-01"),
        ("customer", "provenance", customer),
    ]


def test_what_is_restricted_is_kept_back_and_the_answer_says_why(
    here: Cinv, dsn: str, ids: dict[str, str]
) -> None:
    here("access", "purpose", "add", "legalClaims", "--title", "Claims", "--legal-basis",
         "legitimateInterests", "--despite-restriction")  # fmt: skip
    assert shown(here, "customer", "find", "Byron") != []
    placed = here("subject", "restrict", ids["individual"], "--reason", "DSR-1")
    assert placed.code == 0, placed.err
    for words in reads(ids):
        refused = here(*words)
        assert (refused.code, refused.out) == (3, ""), words
        assert "Processing is restricted since" in refused.err
    assert shown(here, "customer", "find", "Byron") == []
    for words in (("customer", "tree"), ("customer", "rollup")):
        assert here(*words, ids["customer"]).code != 0
    denied = [entry for entry in entries(dsn) if entry[4] == "deny"]
    assert len(denied) >= len(reads(ids))
    assert {entry[5] for entry in denied} == {"processingRestricted"}
    for words in reads(ids):
        assert shown(here, *words, "--purpose", "legalClaims") is not None
    assert entries(dsn)[-1][:5] == (
        "manage-customer-inventory", "legalClaims", "customer", 200, "permit",
    )  # fmt: skip


def test_a_purpose_is_a_registered_one(here: Cinv, ids: dict[str, str]) -> None:
    done = here("customer", "show", ids["customer"], "--purpose", "curiosity")
    assert (done.code, done.out) == (2, "")
    assert "no registered purpose" in done.err
    done = here("customer", "show", ids["customer"], "--process", "care")
    assert (done.code, "--purpose" in done.err) == (2, True)


def test_masks_of_a_process_hold_at_the_terminal(here: Cinv, dsn: str, ids: dict[str, str]) -> None:
    whole = shown(here, "customer", "show", ids["customer"], *CARE)
    texts = json.dumps(whole)
    assert "secret.example" in texts
    assert "ada@" not in texts
    person = ("--type", "individual")
    history = here("customer", "history", ids["individual"], *person, *CARE, "-o", "json")
    assert "ada@" not in history.out
    assert "secret.example" in history.out
    groups = asked(
        dsn,
        "SELECT groups::text FROM access.entry WHERE process = 'care' ORDER BY seq LIMIT 1",
    )
    assert "contact" in groups[0][0]


def test_only_types_that_a_process_may_read_are_shown(
    here: Cinv, dsn: str, ids: dict[str, str]
) -> None:
    whole = shown(here, "customer", "show", ids["customer"], *SALES)
    assert {row["type"] for row in whole} == {"customer"}
    found = shown(here, "customer", "find", "Byron", *SALES)
    assert {row["type"] for row in found} <= {"customer"}
    refused = here("customer", "history", ids["individual"], "--type", "individual", *SALES)
    assert (refused.code, refused.out) == (3, "")
    assert "may not read individual for calls" in refused.err
    assert entries(dsn)[-1] == ("sales", "calls", "individual", 403, "deny", "forbidden")
    nobody = here("customer", "show", ids["customer"], "--process", "nobody", "--purpose", "calls")
    assert nobody.code == 3
    assert entries(dsn)[-1][:4] == ("nobody", "calls", "customer360", 403)


def test_files_of_what_is_restricted_are_kept_back(
    here: Cinv, tmp_path: Path, ids: dict[str, str]
) -> None:
    file = tmp_path / "scan.txt"
    file.write_text("signed")
    of_person = ("--type", "individual", "--record", ids["individual"])
    kept = here("attachment", "add", str(file), *of_person)
    assert kept.code == 0, kept.err
    identifier = kept.out.strip()
    assert [row["id"] for row in shown(here, "attachment", "list", ids["individual"])] == [
        identifier
    ]
    assert here("attachment", "get", identifier, *SALES).code == 3
    assert here("subject", "restrict", ids["individual"], "--reason", "DSR-1").code == 0
    for words in (("list", ids["individual"]), ("get", identifier)):
        refused = here("attachment", *words)
        assert (refused.code, "Processing is restricted" in refused.err) == (3, True)
    assert here("attachment", "add", str(file), *of_person).code == 3
    assert here("attachment", "remove", identifier, "--yes").code != 0
