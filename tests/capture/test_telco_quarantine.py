"""The real file under the register that ships, enforced whole: planted defects wait, and go."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.held import Chosen, Whose
from customer_inventory.capture.quarantine.replaying import replay
from customer_inventory.kit.actor import Actor
from customer_inventory.record.register import edition
from customer_inventory.record.register.keeping import enforce
from customer_inventory.requirements import applying, register
from customer_inventory.requirements.file import written
from customer_inventory.requirements.requirement import Data
from customer_inventory.requirements.starter.shipped import shipped
from customer_inventory.store.database import Database
from tests.capture.test_telco import MADE, ROWS
from tests.requirements.test_register import ACTOR, approved, by

EDITED: dict[tuple[str, str], dict[str, Any]] = {
    ("individual", "gender"): {"obligation": "mandatory"},
    ("billingAccount", "accountBalance.amount.value"): {"data": Data(type="number", minimum=0)},
    ("agreement", "agreementPeriod"): {"obligation": "mandatory"},
}
"""What is changed of the register that ships, by record type and path."""
DEFECTS = {
    11: ("Gender", "", "REQ-1050", "individual.gender"),
    1_000: ("Total Charges", "-1", "REQ-2034", "billingAccount.accountBalance[0].amount.value"),
    4_001: ("Tenure in Months", "", "REQ-2608", "agreement.agreementPeriod"),
    7_000: ("Gender", "", "REQ-1050", "individual.gender"),
}
"""By line: the column, what is planted there, the requirement and path that refuse it."""
ALL = Whose()


@pytest.fixture(autouse=True)
def no_edition_is_left() -> Iterator[None]:
    edition.put_in_force(edition.NONE)
    yield
    edition.put_in_force(edition.NONE)


def planted(text: str) -> tuple[str, dict[int, str]]:
    """Return the file with its defects, and what the rows said before, by line."""
    lines = text.splitlines()
    names = lines[0].split(",")
    right = {}
    for line, (column, value, _, _) in DEFECTS.items():
        cells = lines[line - 1].split(",")
        right[line] = cells[names.index(column)]
        cells[names.index(column)] = value
        lines[line - 1] = ",".join(cells)
    return "\n".join(lines) + "\n", right


async def all_enforced(database: Database) -> set[str]:
    """Put the whole register that ships in force, three of its requirements edited; their ids."""
    for each in shipped():
        changes = EDITED.get((each.type, each.path))
        if changes is not None:
            await approved(database, written(each.type, [msgspec.structs.replace(each, **changes)]))
    waiting = await register.in_state(database, "approved")
    await applying.apply(
        database, [each.requirement.id for each in waiting], by=by("ops"), actor=ACTOR
    )
    await enforce(database)
    return {each.requirement.id for each in await applying.in_force(database)}


async def test_planted_defects_wait_and_a_replay_empties_quarantine(
    database: Database, actor: Actor, real_data: Path, tmp_path: Path
) -> None:
    in_force = await all_enforced(database)
    assert {requirement for _, _, requirement, _ in DEFECTS.values()} < in_force
    original = real_data / "telco-customers.csv"
    text, right = planted(await asyncio.to_thread(original.read_text, "utf-8"))
    file = tmp_path / "telco.csv"
    file.write_text(text, "utf-8")

    summary = await import_file(database, file, "telco-customers", actor=actor)
    assert (summary.tally.rows, summary.tally.refused) == (ROWS, len(DEFECTS))
    rows = await held.find(database, Chosen(), ALL)
    assert {row["line"]: (row["requirement"], row["path"]) for row in rows} == {
        line: (requirement, path) for line, (_, _, requirement, path) in DEFECTS.items()
    }
    for row in rows:
        column = DEFECTS[row["line"]][0]
        values = {column: right[row["line"]]}
        await held.fix(database, row["id"], ALL, values=values, actor=actor, reason="the source")
    spool = Spool(tmp_path / "home", Limits())
    (done,) = await replay(database, spool, Chosen(), ALL, person="steward")
    assert (done.tally.rows, done.tally.refused) == (len(DEFECTS), 0)
    assert await held.find(database, Chosen(), ALL) == []

    # All that the file as it was would have made is there, and nothing else.
    again = await import_file(database, original, "telco-customers", actor=actor)
    assert again.changed_nothing
    assert {name: each.unchanged for name, each in again.tally.records.items()} == dict.fromkeys(
        MADE, ROWS
    )
