"""The real file against an extract with planted differences: the list of all of them, exactly."""

import asyncio
import random
from pathlib import Path

from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile.repairing import repair
from customer_inventory.capture.reconcile.running import reconcile
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.capture.transform import Transform
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.capture.reconcile.found import items
from tests.capture.test_telco import MADE, ROWS

MAPPING = read_mapping("telco-customers")
SEED, ALTERED, LEFT_OUT, ADDED = 20261126, 120, 40, 25
CHANGES = {
    "Age": ("individual", "partyCharacteristic.value", lambda _: "101"),
    "Gender": ("individual", "gender", lambda old: "Female" if old == "Male" else "Male"),
    "Total Charges": ("billingAccount", "accountBalance.amount.value", lambda _: "99999.5"),
    "Paperless Billing": (
        "billingAccount", "billStructure.presentationMedia",
        lambda old: "No" if old == "Yes" else "Yes",
    ),
}  # fmt: skip
"""By column: in which record what differs when it says something else."""


class Planted:
    """An extract with planted differences, and what must be found: kind, type, id, path."""

    def __init__(self, text: str) -> None:
        header, *rows = text.splitlines()
        self._names = header.split(",")
        self._ids = Transform(MAPPING, self._names).identified
        chance = random.Random(SEED)
        chosen = chance.sample(range(len(rows)), ALTERED + LEFT_OUT)
        self.expected: list[tuple[str, str, str, str]] = []
        for number, column in zip(chosen[:ALTERED], list(CHANGES) * ALTERED, strict=False):
            rows[number] = self._altered(rows[number].split(","), column)
        for number in chosen[ALTERED:]:
            self._expect("missingThere", rows[number].split(","))
        gone = set(chosen[ALTERED:])
        kept = [row for number, row in enumerate(rows) if number not in gone]
        for number in range(ADDED):
            cells = rows[number].split(",")
            cells[self._names.index("Customer ID")] = f"NEW-{number}"
            self._expect("missingHere", cells)
            kept.append(",".join(cells))
        chance.shuffle(kept)
        self.text = "\n".join([header, *kept]) + "\n"

    def _altered(self, cells: list[str], column: str) -> str:
        place = self._names.index(column)
        kind, path, change = CHANGES[column]
        cells[place] = change(cells[place])
        below = (".id", ".name") if path.endswith("Media") else ("",)
        for name in below:
            self.expected.append(("different", kind, self._ids(cells)[kind], path + name))
        return ",".join(cells)

    def _expect(self, what: str, cells: list[str]) -> None:
        ids = self._ids(cells)
        self.expected += [(what, kind, ids[kind], "") for kind in MADE]


async def test_every_planted_difference_is_found_and_repaired(
    database: Database, actor: Actor, real_data: Path, tmp_path: Path
) -> None:
    original = real_data / "telco-customers.csv"
    await import_file(database, original, MAPPING, actor=actor)
    same = await reconcile(database, original, MAPPING, actor=actor)
    assert (same.rows, same.records, same.agreeing) == (ROWS, 4 * ROWS, 4 * ROWS)
    assert same.totals == []

    planted = Planted(await asyncio.to_thread(original.read_text, "utf-8"))
    file = tmp_path / "extract.csv"
    file.write_text(planted.text, "utf-8")
    found = await reconcile(database, file, MAPPING, actor=actor, size=1_000)
    assert [item[:4] for item in await items(database)] == sorted(planted.expected)
    assert found.records == 4 * (ROWS - LEFT_OUT + ADDED)
    assert found.agreeing == found.records - ALTERED - 4 * ADDED

    spool = Spool(tmp_path / "home", Limits())
    done = await repair(database, spool, Chosen(), Whose(), by=actor)
    assert (done.left, done.held_back) == ({}, {})
    assert len(done.repaired) == len(planted.expected) - 4 * LEFT_OUT
    again = await reconcile(database, file, MAPPING, actor=actor)
    assert again.agreeing == again.records
    assert {total["kind"] for total in again.totals} == {"missingThere"}
    assert sum(total["found"] for total in again.totals) == 4 * LEFT_OUT
