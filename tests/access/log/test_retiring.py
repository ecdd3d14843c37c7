"""Months that are retired: dropped by rule alone, whole, told of, and the rest stays proved."""

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from customer_inventory.access.ledger import Ledger
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer, read_note
from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.retiring import DUE, EMPTY, HELD, KEPT, NotAsSealed, Retirer
from customer_inventory.access.log.sealing import Sealer, log_of
from customer_inventory.access.log.tree import proves
from customer_inventory.access.log.verifying import prove
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Gone, Unavailable
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.retention.policy import Rule
from customer_inventory.record.subject import hold
from customer_inventory.store.database import Database
from tests.access.log.test_sealing import Log
from tests.access.test_ledger import entry
from tests.record.samples import INDIVIDUAL, person

RULE = Rule("accesses", "P1Y", "P2Y", "end", "the tests")
NOW = datetime(2026, 4, 10, tzinfo=UTC)
OLD, YOUNG = "2024-01", "2026-03"


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Log:
    signer = Signer(Ed25519PrivateKey.generate())
    anchors = Anchors(tmp_path)
    return Log(database, Ledger(database), Sealer(database, signer, anchors), signer, anchors)


@pytest.fixture
def retirer(log: Log) -> Retirer:
    return Retirer(log.database, log.sealer, log.signer, log.anchors, RULE)


async def write(log: Log, month: str, count: int, **more: object) -> None:
    """Write entries of a month, and seal them under a checkpoint of their own."""
    at = f"{month}-15T12:00:00+00:00"
    await asyncio.gather(*(log.ledger.append(entry(n, at=at, **more)) for n in range(count)))
    await log.sealer.seal_all()


async def states(retirer: Retirer) -> dict[str, str]:
    return {str(each.month): each.state for each in await retirer.plan(at=NOW)}


async def places(database: Database) -> list[int]:
    rows = await database.fetch("SELECT number FROM access.sealed ORDER BY number")
    return [row["number"] for row in rows]


async def test_a_month_past_its_time_goes_and_the_rest_stays_proved(
    log: Log, retirer: Retirer, actor: Actor
) -> None:
    for month in (OLD, "2024-02", YOUNG):
        await write(log, month, 37)
    assert await states(retirer) == {OLD: DUE, "2024-02": DUE, YOUNG: KEPT}
    gone = await retirer.run(actor=actor, at=NOW)
    assert [(str(each.month), each.entries) for each in gone] == [(OLD, 37), ("2024-02", 37)]
    await log.sealer.seal_all()
    # The second statement builds on the first: both are entries, behind what is left.
    assert await places(log.database) == [*range(74, 111), 111, 112]
    report = await log.verified()
    assert (report.faults, report.entries, report.passed_over) == ((), 113, 0)
    said = [each.statement for each in report.retired]
    assert [(each.month, each.first, each.last) for each in said] == [
        (OLD, 0, 36),
        ("2024-02", 37, 73),
    ]
    assert {(each.process, each.person, each.rule) for each in said} == {
        (actor.process, actor.person, "accesses")
    }
    told = await log.database.fetch(
        "SELECT process, person, reason FROM access.entry WHERE record_type = 'ledger'"
        " ORDER BY place"
    )
    assert [row["reason"] for row in told] == [each.reference for each in report.retired]
    assert {(row["process"], row["person"]) for row in told} == {(actor.process, actor.person)}
    assert await retirer.run(actor=actor, at=NOW) == []


async def test_who_has_no_rule_retires_nothing(log: Log, retirer: Retirer, actor: Actor) -> None:
    await write(log, "2001-01", 3)
    retirer.rule = None
    assert await states(retirer) == {"2001-01": KEPT}
    assert await retirer.run(actor=actor, at=NOW) == []
    assert await places(log.database) == [0, 1, 2]


async def test_the_time_of_a_month_counts_from_its_end(log: Log, retirer: Retirer) -> None:
    await write(log, "2024-03", 1)
    await write(log, "2024-04", 1)
    assert await states(retirer) == {"2024-03": DUE, "2024-04": KEPT}


async def test_months_that_lie_within_each_other_go_one_by_one(
    log: Log, retirer: Retirer, actor: Actor
) -> None:
    draw = random.Random(7)
    for number in range(300):
        # Clocks differ: at the turn of a month its entries lie among those of the next.
        month = draw.choice([OLD, YOUNG]) if 100 < number < 200 else (OLD, YOUNG)[number > 150]
        at = f"{month}-15T12:00:00+00:00"
        await log.ledger.append(entry(number, at=at))
        if number % 40 == 0:
            await log.sealer.seal_all()
    await log.sealer.seal_all()
    left = await log.database.fetch(
        "SELECT number, leaf FROM access.sealed WHERE at > '2025-01-01' ORDER BY number"
    )
    await retirer.run(actor=actor, at=NOW)
    assert await places(log.database) == [row["number"] for row in left]
    await log.sealer.seal_all()
    assert await log.faults() == []
    for row in (left[0], left[17], left[-1]):
        proof = await prove(log.database, row["number"])
        stated = read_note(proof.note, log.signer.public, await log_of(log.database))
        assert proves(row["leaf"], proof.place, stated.size, proof.path, stated.root)
    with pytest.raises(Gone, match="Entry 0 was retired"):
        await prove(log.database, 0)


async def test_every_checkpoint_of_before_can_still_be_compared(
    log: Log, retirer: Retirer, actor: Actor
) -> None:
    for part in range(6):
        await write(log, OLD, 5 + part)
        await log.sealer.anchor()
    await write(log, YOUNG, 3)
    await retirer.run(actor=actor, at=NOW)
    await log.sealer.seal_all()
    report = await log.verified()
    assert (report.faults, report.passed_over) == ((), 0)
    assert report.checkpoints >= 7


async def test_a_checkpoint_nobody_showed_then_is_passed_over(
    log: Log, retirer: Retirer, actor: Actor
) -> None:
    await write(log, OLD, 5)
    kept_aside = str(await log.database.value("SELECT note FROM access.checkpoint"))
    await write(log, OLD, 6)
    await write(log, YOUNG, 1)
    await retirer.run(actor=actor, at=NOW)
    await log.sealer.seal_all()
    await log.anchors.keep(kept_aside, await log_of(log.database))
    report = await log.verified()
    assert (report.faults, report.passed_over) == ((), 1)


async def test_a_legal_hold_keeps_a_month(
    log: Log, retirer: Retirer, actor: Actor, database: Database
) -> None:
    ada = (await Inventory(database).create(INDIVIDUAL, person(), actor=actor)).id
    await write(log, OLD, 4)
    await write(log, "2024-02", 1, ids=("other", ada))
    placed = await hold.place(database, ada, reason="LIT-2026-4", actor=actor)
    assert await states(retirer) == {OLD: DUE, "2024-02": HELD}
    assert [str(each.month) for each in await retirer.run(actor=actor, at=NOW)] == [OLD]
    await hold.lift(database, placed.id, reason="LIT-2026-4", actor=actor)
    # The retirement of the other month is an entry of now, in a month of its own.
    assert (await states(retirer))["2024-02"] == DUE


TAMPERING = [
    "UPDATE access.sealed SET purpose = 'fraud' WHERE number = 2",
    "DELETE FROM access.sealed WHERE number = 2",
    "UPDATE access.sealed SET purpose = 'fraud' WHERE number = 6",
    "UPDATE access.checkpoint SET note = replace(note, '1', '2')",
]


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_what_was_tampered_with_is_not_retired(
    log: Log, retirer: Retirer, actor: Actor, tampering: str
) -> None:
    await write(log, OLD, 5)
    await log.sealer.anchor()
    await write(log, "2024-02", 5)
    await log.database.execute(tampering)
    before = await places(log.database)
    with pytest.raises(NotAsSealed, match="not as it was sealed"):
        await retirer.run(actor=actor, at=NOW)
    # A month before the damage may have gone; nothing of what was damaged has.
    assert set(before) - set(await places(log.database)) <= {0, 1, 2, 3, 4}


AFTER = [
    ("DELETE FROM access.retired", "are missing"),
    ("UPDATE access.retired SET statement = replace(statement, 'test', 'ada')", "Nobody with"),
    ("UPDATE access.retired SET signature = '{}'", "Nobody with the key"),
    ("UPDATE access.retired SET statement = '{'", "is void"),
    ("UPDATE access.retired SET subtrees = '\\x00'", "is void"),
    ("UPDATE access.retired SET subtrees = ''", "is not what was signed"),
    (
        "UPDATE access.retired SET subtrees = set_byte(subtrees, 20, 0)",
        "is not what was signed",
    ),
    ("DELETE FROM access.sealed WHERE number = 9", "Entries 9 to 9 are missing"),
    ("UPDATE access.sealed SET purpose = 'fraud' WHERE number = 9", "Entry 9 was altered"),
    ("DELETE FROM access.sealed WHERE record_type = 'ledger'", "The log ends at"),
    (
        "UPDATE access.sealed SET number = 2 WHERE number = 9",
        "Entry 2 is there a second time, or after it was retired",
    ),
    ("DELETE FROM access.sealed WHERE number = 7; DELETE FROM access.retired", "are missing"),
]


@pytest.mark.parametrize(("tampering", "told"), AFTER)
async def test_tampering_after_a_retirement_is_found(
    log: Log, retirer: Retirer, actor: Actor, tampering: str, told: str
) -> None:
    await write(log, OLD, 7)
    await write(log, YOUNG, 7)
    await retirer.run(actor=actor, at=NOW)
    await log.sealer.seal_all()
    await log.sealer.anchor()
    assert await log.faults() == []
    for statement in tampering.split("; "):
        await log.database.execute(statement)
    faults = await log.faults()
    assert any(told in fault for fault in faults), faults


async def test_a_month_dropped_by_hand_is_missing(log: Log) -> None:
    await write(log, OLD, 7)
    await write(log, YOUNG, 7)
    await log.database.execute("DROP TABLE access.sealed_2024_01")
    assert "Entries 0 to 6 are missing." in await log.faults()


async def test_a_retirement_without_the_key_is_none(
    log: Log, retirer: Retirer, actor: Actor, tmp_path: Path
) -> None:
    await write(log, OLD, 7)
    await write(log, YOUNG, 7)
    forger = Signer(Ed25519PrivateKey.generate())
    sealer = Sealer(log.database, log.signer, log.anchors)
    # Who has the database has the hashes; whose key it is shows.
    forged = Retirer(log.database, sealer, log.signer, log.anchors, RULE)
    part, checkpoint = await forged._verified(Month(2024, 1))
    forged._signer = forger
    await forged._retire(part, checkpoint, RULE, actor)
    await log.sealer.seal_all()
    faults = await log.faults()
    assert "Nobody with the key of the ledger retired entries 0 to 6." in faults


async def test_a_retirement_the_ledger_does_not_tell_of_is_a_fault(
    log: Log, retirer: Retirer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(log, OLD, 7)
    await write(log, YOUNG, 7)

    async def untold(*_: object) -> None:
        pass

    monkeypatch.setattr("customer_inventory.access.log.retiring.keep_with", untold)
    await retirer.run(actor=actor, at=NOW)
    assert await log.faults() == ["The ledger has no entry of the retirement of 0 to 6."]


async def test_entries_that_come_late_keep_a_month(
    log: Log, retirer: Retirer, actor: Actor
) -> None:
    await write(log, OLD, 3)
    await write(log, YOUNG, 3)
    part, checkpoint = await retirer._verified(Month(2024, 1))
    await write(log, OLD, 1)
    with pytest.raises(NotAsSealed, match="more entries meanwhile"):
        await retirer._retire(part, checkpoint, RULE, actor)
    await retirer.run(actor=actor, at=NOW)
    await log.sealer.seal_all()
    # One more, after the month is gone: it gets its partition again, and may go again.
    await write(log, OLD, 2)
    assert await log.faults() == []
    assert (await states(retirer))[OLD] == DUE
    await retirer.run(actor=actor, at=NOW)
    await log.sealer.seal_all()
    assert await log.faults() == []


async def test_it_waits_for_readers_and_does_not_stop_writers(
    log: Log, retirer: Retirer, actor: Actor, dsn: str
) -> None:
    await write(log, OLD, 3)
    reader = await asyncpg.connect(dsn)
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetch("SELECT FROM access.sealed")
    retiring = asyncio.ensure_future(retirer.run(actor=actor, at=NOW))
    for number in range(20):
        await log.ledger.append(entry(number))
        await asyncio.sleep(0.05)
    assert not retiring.done()
    await transaction.commit()
    await reader.close()
    assert [each.entries for each in await retiring] == [3]
    await log.sealer.seal_all()
    assert await log.faults() == []


async def test_who_cannot_have_the_table_leaves_everything_as_it_was(
    log: Log, retirer: Retirer, actor: Actor, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customer_inventory.access.log.retiring._TRIES", 1)
    await write(log, OLD, 3)
    reader = await asyncpg.connect(dsn)
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetch("SELECT FROM access.sealed")
    with pytest.raises(Unavailable):
        await retirer.run(actor=actor, at=NOW)
    await transaction.rollback()
    await reader.close()
    assert await places(log.database) == [0, 1, 2]
    assert await log.database.value("SELECT count(*) FROM access.retired") == 0
    assert await log.faults() == []


async def test_an_empty_month_is_left(log: Log, retirer: Retirer, actor: Actor) -> None:
    await write(log, OLD, 1)
    await write(log, YOUNG, 1)
    await retirer.run(actor=actor, at=NOW)
    await log.database.execute(
        "CREATE TABLE access.sealed_2023_05 PARTITION OF access.sealed"
        " FOR VALUES FROM ('2023-05-01Z') TO ('2023-06-01Z')"
    )
    assert (await states(retirer))["2023-05"] == EMPTY
    assert await retirer.run(actor=actor, at=NOW) == []
