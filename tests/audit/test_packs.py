"""Packs of rules that operators declare: versions that are decided on, asked by audits."""

import pytest

from customer_inventory.audit import packs
from customer_inventory.audit.packs import NoSuchPack
from customer_inventory.audit.running import audit, rules_in_force
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.located import FileError
from customer_inventory.record.register.pack import text_of
from customer_inventory.store.database import Database
from tests.audit.test_running import failing
from tests.requirements.test_applying import people
from tests.requirements.test_register import ACTOR, by

PACK = """
pack: ours
about: What we hold people to
rules:
  - id: OUR-1
    name: Somebody has no gender
    type: individual
    path: gender
    severity: low
    dimension: completeness
    threshold: 0.9
    owner: ada
    fails: {attribute: gender, exists: false}
    means: Letters cannot be begun.
    do: Ask.
"""


async def enforced(database: Database, text: str = PACK) -> None:
    """Propose and decide a pack, to the end."""
    pack, _ = await packs.propose(database, text, by=by("paul"))
    await packs.review(database, pack.name, by=by("rita"))
    await packs.approve(database, pack.name, by=by("olaf"))
    await packs.enforce(database, pack.name, by=by("ops"))


async def asked(database: Database) -> set[str]:
    return {rule.id for rule in await rules_in_force(database) if rule.pack != "records"}


@pytest.fixture
async def sandbox(database: Database) -> Database:
    await database.execute("UPDATE access.installation SET kind = 'sandbox'")
    return database


async def test_a_pack_in_force_is_asked_and_its_versions_are_kept(sandbox: Database) -> None:
    ids = await people(sandbox, {"givenName": "Ada"}, {"givenName": "Bea", "gender": "female"})
    await packs.propose(sandbox, PACK, by=by("paul"))
    assert await asked(sandbox) == set()
    await packs.reject(sandbox, "ours", by=by("rita", "not yet"))
    await enforced(sandbox, PACK.replace("Ask.", "Ask them."))
    ran = await audit(sandbox, await rules_in_force(sandbox), actor=ACTOR)
    ours = next(each for each in ran.outcomes if each.rule == "OUR-1")
    assert (ours.failed, ours.is_breached) == (1, True)
    assert (ids[0], "OUR-1") in await failing(sandbox)
    owner = "SELECT owner FROM audit.finding WHERE rule = 'OUR-1'"
    assert await sandbox.value(owner) == "ada"

    # What is called otherwise says the same: it is not asked of everything again.
    await enforced(sandbox, PACK.replace("Somebody has", "One has"))
    ran = await audit(sandbox, await rules_in_force(sandbox), actor=ACTOR)
    assert next(each for each in ran.outcomes if each.rule == "OUR-1").looked_at == 0
    states = [(row["version"], row["state"]) for row in await packs.versions(sandbox, "ours")]
    assert states == [(3, "enforced"), (2, "superseded"), (1, "rejected")]
    steps = [row["state"] for row in await packs.decisions(sandbox, "ours") if row["version"] == 2]
    assert steps == ["superseded", "enforced", "approved", "reviewed", "proposed"]

    await packs.suspend(sandbox, "ours", by=by("ops"))
    assert await asked(sandbox) == set()
    await packs.resume(sandbox, "ours", by=by("ops"))
    assert await asked(sandbox) == {"OUR-1"}
    await packs.retire(sandbox, "ours", by=by("ops"))
    await audit(sandbox, await rules_in_force(sandbox), actor=ACTOR)
    assert "OUR-1" not in {rule for _, rule in await failing(sandbox)}


async def test_who_proposes_does_not_decide(database: Database) -> None:
    await database.execute("UPDATE access.installation SET kind = 'production'")
    await packs.propose(database, PACK, by=by("paul"))
    with pytest.raises(Exception, match="different people"):
        await packs.review(database, "ours", by=by("paul"))
    with pytest.raises(Conflict, match="No version of ours is approved"):
        await packs.enforce(database, "ours", by=by("ops"))


async def test_ids_of_rules_are_of_one_pack(sandbox: Database) -> None:
    await enforced(sandbox)
    for text, said in (
        (PACK.replace("pack: ours", "pack: theirs"), "OUR-1 is a rule of ours"),
        (PACK.replace("OUR-1", "CR-001"), "CR-001 is a rule of records"),
        (PACK.replace("OUR-1", "DR-001"), "DR-001 is a rule of drift"),
        (text_of("records"), "comes with the product"),
    ):
        with pytest.raises(Conflict, match=said):
            await packs.propose(sandbox, text, by=by("paul"))
    text = PACK.replace("pack: ours", "pack: Our Rules").replace("OUR-1", "OUR-2")
    with pytest.raises(Invalid, match="no name of a pack"):
        await packs.propose(sandbox, text, by=by("paul"))
    with pytest.raises(NoSuchPack):
        await packs.versions(sandbox, "nobodys")


async def test_a_pack_that_is_wrong_is_not_proposed(database: Database) -> None:
    with pytest.raises(FileError, match=r"line 13.*'genders'\. Is gender meant"):
        await packs.propose(database, PACK.replace("attribute: gender", "attribute: genders"),
                            by=by("paul"))  # fmt: skip
    with pytest.raises(NoSuchPack):
        await packs.versions(database, "ours")


async def test_what_ships_can_be_asked_by_name(sandbox: Database) -> None:
    await enforced(sandbox, text_of("telecom"))
    assert {"TEL-001", "TEL-016"} <= await asked(sandbox)
    ran = await audit(sandbox, await rules_in_force(sandbox), actor=ACTOR)
    assert [each.rule for each in ran.outcomes if each.error] == []


async def test_a_pack_that_cannot_be_read_any_more_stops_nothing_else(sandbox: Database) -> None:
    await enforced(sandbox)
    await sandbox.execute("ALTER TABLE audit.pack_version DISABLE TRIGGER USER")
    gone = PACK.replace("type: individual", "type: vanished").replace("\n", "\\n")
    await sandbox.execute(
        "UPDATE audit.pack_version SET content = ('{\"text\": \"' || $1 || '\"}')::jsonb", gone
    )
    assert await asked(sandbox) == set()
    (found,) = await packs.unreadable(sandbox)
    assert (found.pack, found.version) == ("ours", 1)
    assert "there is no record type 'vanished'" in found.reason
