"""Sealing, verification and erasure of the ledger, and every way of tampering with it."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from customer_inventory.access.ledger import Ledger
from customer_inventory.access.log.anchor import Anchors, notes_of
from customer_inventory.access.log.erasing import strike_out
from customer_inventory.access.log.note import Signer, read_note
from customer_inventory.access.log.sealing import Sealer, log_of
from customer_inventory.access.log.tree import proves
from customer_inventory.access.log.verifying import Report, prove, verify
from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.store.database import Database
from tests.access.test_ledger import entry


@dataclass
class Log:
    """A ledger with entries, its sealer, and what verifies it."""

    database: Database
    ledger: Ledger
    sealer: Sealer
    signer: Signer
    anchors: Anchors

    async def write(self, count: int, first: int = 0, **more: object) -> None:
        numbers = range(first, first + count)
        await asyncio.gather(*(self.ledger.append(entry(n, **more)) for n in numbers))

    async def verified(self) -> Report:
        notes = self.anchors.notes(await log_of(self.database))
        return await verify(self.database, self.signer.public, notes)

    async def faults(self) -> list[str]:
        return [fault.what for fault in (await self.verified()).faults]


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Log:
    signer = Signer(Ed25519PrivateKey.generate())
    anchors = Anchors(tmp_path)
    return Log(database, Ledger(database), Sealer(database, signer, anchors), signer, anchors)


async def test_what_is_sealed_is_as_it_was_written(log: Log) -> None:
    await log.write(40, ids=("one", "two"), person="Ada", bytes=12, source="10.0.0.1")
    before = await log.database.fetch("SELECT * FROM access.entry ORDER BY seq, number")
    assert await log.sealer.seal_all() == 40
    after = await log.database.fetch("SELECT * FROM access.entry ORDER BY place")
    told = [{**dict(row), "place": None} for row in after]
    assert [dict(row) for row in before] == told
    assert [row["place"] for row in after] == list(range(40))
    assert await log.database.value("SELECT count(*) FROM access.segment") == 0
    report = await log.verified()
    assert (report.is_clean, report.entries, report.checkpoints) == (True, 40, 1)


async def test_sealing_goes_on_where_it_was(log: Log) -> None:
    for part in range(5):
        await log.write(7, part * 7)
        assert await log.sealer.seal_all() == 7
        assert (await log.verified()).entries == (part + 1) * 7
    assert await log.faults() == []
    assert await log.sealer.seal() == 0


async def test_what_is_written_in_parts_is_sealed_under_one_checkpoint(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customer_inventory.access.log.sealing._ENTRIES_AT_ONCE", 7)
    for number in range(30):
        at = f"2026-0{1 + number % 3}-15T12:00:00+00:00"
        await log.ledger.append(entry(number, at=at))
    assert await log.sealer.seal_all() == 30
    report = await log.verified()
    assert (report.faults, report.entries, report.checkpoints) == ((), 30, 1)


async def test_sealing_costs_as_many_statements_for_many_segments_as_for_one(
    dsn: str, tmp_path: Path
) -> None:
    sent: list[str] = []
    async with Database(dsn, heard=lambda text, *_: sent.append(text)) as database:
        ledger = Ledger(database)
        sealer = Sealer(database, Signer(Ed25519PrivateKey.generate()), Anchors(tmp_path))
        counts = []
        for count in (1, 1, 30):
            for number in range(count):
                await ledger.append(entry(number))
            await asyncio.sleep(0)
            sent.clear()
            assert await sealer.seal() == count
            await asyncio.sleep(0)
            counts.append(len(sent))
    # The first makes the log's name and the partition of the month.
    assert counts[0] > counts[1] == counts[2] <= 9


async def test_an_empty_ledger_is_clean(log: Log) -> None:
    assert await log.sealer.seal_all() == 0
    assert await log.sealer.anchor() is None
    assert (await log.verified()).is_clean


async def test_what_comes_late_is_never_passed_over(log: Log, dsn: str) -> None:
    late = await asyncpg.connect(dsn)
    transaction = late.transaction()
    await transaction.start()
    other = "00000000-0000-0000-0000-000000000001"
    await late.execute(
        "INSERT INTO access.segment (writer, first_entry, entries, body)"
        ' SELECT $1::uuid, 1, 1, json_build_array(s.body -> 0) FROM (SELECT \'[{"at":'
        ' "2026-01-31T12:00:00+00:00", "process": "p", "purpose": "p", "operation": "read",'
        ' "type": "customer", "status": 200, "decision": "permit"}]\'::json AS body) AS s',
        other,
    )
    await log.write(3)
    # Behind an open transaction the order is not settled: nothing is sealed yet.
    assert await log.sealer.seal() == 0
    await transaction.commit()
    await late.close()
    assert await log.sealer.seal_all() == 4
    assert await log.faults() == []


async def test_two_sealers_do_not_meet(log: Log) -> None:
    await log.write(50)
    others = [Sealer(log.database, log.signer, log.anchors) for _ in range(4)]
    sealed = await asyncio.gather(*(each.seal_all() for each in (log.sealer, *others)))
    assert sum(sealed) == 50
    assert await log.faults() == []


async def test_a_sealer_that_is_killed_leaves_all_or_nothing(
    log: Log, dsn: str, tmp_path: Path
) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from customer_inventory.access.log.anchor import Anchors\n"
        "from customer_inventory.access.log.note import Signer\n"
        "from customer_inventory.access.log.sealing import Sealer\n"
        "from customer_inventory.store.database import Database\n"
        "async def seal():\n"
        "    async with Database(sys.argv[1]) as database:\n"
        "        home = Path(sys.argv[2])\n"
        "        sealer = Sealer(database, Signer.kept_in(home), Anchors(home))\n"
        "        print('ready', flush=True)\n"
        "        while True:\n"
        "            await sealer.seal()\n"
        "asyncio.run(seal())\n"
    )
    log.signer = Signer.kept_in(tmp_path)
    for round_ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, dsn, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        await log.write(60, round_ * 60)
        process.kill()
        await process.communicate()
    sealer = Sealer(log.database, log.signer, log.anchors)
    await sealer.seal_all()
    report = await log.verified()
    assert (report.faults, report.entries) == ((), 180)


FIRST_GONE = "DELETE FROM access.sealed WHERE number = 0; "


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE access.sealed SET purpose = 'fraud' WHERE number = 17", "Entry 17 was altered"),
        ("UPDATE access.sealed SET at = at - interval '1 hour' WHERE number = 4", "Entry 4 was al"),
        ("UPDATE access.sealed SET record_ids = '{other}' WHERE number = 9", "Entry 9 was altered"),
        ("UPDATE access.sealed SET record_ids = '{}' WHERE number = 9", "Entry 9 was altered"),
        (
            "UPDATE access.sealed SET salt = NULL, opened = '{}' WHERE number = 9",
            "Entry 9 was altered",
        ),
        ("UPDATE access.sealed SET leaf = sha256(leaf) WHERE number = 3", "Entry 3 was altered"),
        ("DELETE FROM access.sealed WHERE number = 20", "Entries 20 to 20 are missing"),
        ("DELETE FROM access.sealed WHERE number >= 30", "The log ends at 30"),
        (
            "DELETE FROM access.sealed WHERE number >= 30; DELETE FROM access.checkpoint",
            "The log ends at 30; a signed checkpoint states 40",
        ),
        ("TRUNCATE access.sealed, access.checkpoint", "The log ends at 0"),
        ("UPDATE access.checkpoint SET note = replace(note, '40', '39')", "cannot be trusted"),
        ("UPDATE access.checkpoint SET edge = sha256(edge)", "The edge kept at 40"),
        (f"{FIRST_GONE}UPDATE access.sealed SET number = number - 1", "is missing"),
    ],
)
async def test_tampering_is_found_and_named(log: Log, tampering: str, told: str) -> None:
    await log.write(40)
    await log.sealer.seal_all()
    await log.sealer.anchor()
    assert await log.faults() == []
    async with log.database.connection() as connection:
        for statement in tampering.split("; "):
            await connection.execute(statement)
    faults = await log.faults()
    assert any(told in fault for fault in faults), faults


async def test_an_entry_altered_with_its_leaf_is_found_by_the_root(log: Log) -> None:
    await log.write(40)
    await log.sealer.seal_all()
    row = await log.database.row("SELECT * FROM access.sealed WHERE number = 7")
    other = await log.database.row("SELECT * FROM access.sealed WHERE number = 8")
    assert row is not None
    assert other is not None
    columns = (
        "process",
        "purpose",
        "written_at",
        "at",
        "record_ids",
        "salt",
        "leaf",
        "writer_entry",
    )
    given = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=1))
    await log.database.execute(
        f"UPDATE access.sealed SET {given} WHERE number = 7", *(other[name] for name in columns)
    )
    faults = await log.faults()
    assert "The first 40 entries are not those that were signed." in faults


async def test_a_log_rewritten_and_signed_anew_differs_from_its_anchor(log: Log) -> None:
    await log.write(10)
    await log.sealer.seal_all()
    await log.sealer.anchor()
    await log.database.execute("TRUNCATE access.sealed, access.checkpoint")
    forger = Ledger(log.database)
    await asyncio.gather(*(forger.append(entry(n, process="nobody")) for n in range(10)))
    await log.sealer.seal_all()
    # Whoever had the key too could sign; the checkpoint that lies outside tells all the same.
    assert "Two signed checkpoints at 10 differ." in await log.faults()


async def test_one_home_serves_the_logs_of_several_databases(
    log: Log, another: Database, tmp_path: Path
) -> None:
    shared = str(tmp_path / "shared.txt")
    logs = []
    for place, database in (("first", log.database), ("second", another)):
        anchors = Anchors(tmp_path, [shared], place=place)
        sealer = Sealer(database, log.signer, anchors)
        logs.append(Log(database, Ledger(database), sealer, log.signer, anchors))
    for size, one in zip((10, 7), logs, strict=True):
        await one.write(size)
        await one.sealer.seal_all()
        await one.sealer.anchor()
    assert len(notes_of(tmp_path / "shared.txt")) == 2
    for one in logs:
        report = await one.verified()
        assert (report.faults, report.checkpoints) == ((), 1)


async def test_a_log_put_in_the_place_of_another_does_not_escape_its_checkpoints(log: Log) -> None:
    await log.write(10)
    await log.sealer.seal_all()
    await log.sealer.anchor()
    await log.database.execute("TRUNCATE access.sealed, access.checkpoint, access.log")
    assert any("of another log" in fault for fault in await log.faults())
    await Ledger(log.database).append(entry(0))
    await log.sealer.seal_all()
    await log.sealer.anchor()
    assert any("of another log" in fault for fault in await log.faults())


async def test_striking_out_a_subject_keeps_the_log_as_it_is(log: Log) -> None:
    await log.write(20, ids=("kept", "gone"))
    await log.write(20, 20, ids=("gone",))
    await log.sealer.seal_all()
    await log.sealer.anchor()
    await log.write(5, 40, ids=("gone", "late"))
    assert await strike_out(log.database, log.sealer, ["gone"]) == 45
    assert await log.faults() == []
    assert await strike_out(log.database, log.sealer, ["gone", "late"]) == 5
    assert await log.faults() == []
    left = await log.database.fetch("SELECT DISTINCT unnest(record_ids) AS id FROM access.sealed")
    assert {row["id"] for row in left} == {None, "kept"}
    text = await log.database.value("SELECT string_agg(s::text, '') FROM access.sealed AS s")
    assert "gone" not in text
    # What is left is guarded as before.
    await log.database.execute(
        "UPDATE access.sealed SET record_ids = array_replace(record_ids, 'kept', 'other')"
    )
    assert len(await log.faults()) >= 20


async def test_an_entry_is_proved_to_whoever_has_the_key(log: Log) -> None:
    await log.write(33)
    await log.sealer.seal_all()
    for place in (0, 7, 32):
        proof = await prove(log.database, place)
        stated = read_note(proof.note, log.signer.public, await log_of(log.database))
        assert proves(proof.leaf, place, stated.size, proof.path, stated.root)
        assert not proves(proof.leaf, place + 1, stated.size, proof.path, stated.root)
    with pytest.raises(Invalid, match="no entry 33"):
        await prove(log.database, 33)


async def test_an_anchor_that_cannot_be_kept_is_told(log: Log, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sealer = Sealer(log.database, log.signer, Anchors(tmp_path, [str(tmp_path / "file" / "below")]))
    await log.write(1)
    await sealer.seal_all()
    with pytest.raises(Unavailable, match="could not be anchored"):
        await sealer.anchor()
