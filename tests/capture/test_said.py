"""Rows that say when: a late older one does not overwrite what the source said later."""

import json
from pathlib import Path

import pytest

from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.refusal import refused
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

TIMED = SMALL.replace("key: no\n", "key: no\nat: {column: said, as: datetime}\n")
HEAD = HEADER.replace("state\n", "state,said\n")


@pytest.fixture
def timed() -> Mapping:
    return parse_mapping(TIMED, "timed")


async def load(
    database: Database, actor: Actor, mapping: Mapping, folder: Path, *rows: tuple[str, str], **more
) -> Summary:
    file = folder / "rows.csv"
    lines = (f"1,Ada,{name},,A,{said}\n" for name, said in rows)
    file.write_text(HEAD + "".join(lines))
    return await import_file(database, file, mapping, actor=actor, **more)


async def name_of(database: Database) -> str:
    return json.loads(await database.value("SELECT body FROM record.individual"))["familyName"]


async def test_a_late_older_row_is_left_out_and_counted(
    database: Database, actor: Actor, timed: Mapping, tmp_path: Path
) -> None:
    await load(database, actor, timed, tmp_path, ("King", "2026-02-01T00:00:00Z"))
    late = await load(database, actor, timed, tmp_path, ("Byron", "2026-01-01T00:00:00Z"))
    assert late.tally.records["individual"].late == 1
    assert late.tally.records["customer"].late == 1
    assert (late.tally.refused, late.changed_nothing) == (0, True)
    assert await name_of(database) == "King"
    assert await database.value("SELECT count(*) FROM record.history") == 0
    # The zone counts, not the digits.
    await load(database, actor, timed, tmp_path, ("Lovelace", "2026-02-01T00:30:00-01:00"))
    assert await name_of(database) == "Lovelace"
    await load(database, actor, timed, tmp_path, ("Noel", "2026-02-01T01:30:00Z"))
    assert await name_of(database) == "Noel"


@pytest.mark.parametrize("chunk", [1, 100])
async def test_within_a_file_the_newest_wins_whatever_the_order(
    database: Database, actor: Actor, timed: Mapping, tmp_path: Path, chunk: int
) -> None:
    rows = (("A", "2026-01-02"), ("B", "2026-01-03"), ("C", "2026-01-01"), ("D", "2026-01-03"))
    await load(database, actor, timed, tmp_path, *rows, rows_of_chunk=chunk)
    assert await name_of(database) == "D"


async def test_what_a_refused_row_said_does_not_count(
    database: Database, actor: Actor, timed: Mapping, tmp_path: Path
) -> None:
    summary = await load(
        database, actor, timed, tmp_path, ("King", "2026-03-01"), ("", "2026-04-01")
    )
    assert summary.tally.refused == 1
    await load(database, actor, timed, tmp_path, ("Byron", "2026-03-15"))
    assert await name_of(database) == "Byron"


@pytest.mark.parametrize(
    ("said", "words"), [("", "does not say when"), ("2999-01-01", "future"), ("soon", "date-time")]
)
async def test_a_row_that_does_not_say_when_is_refused(
    database: Database, actor: Actor, timed: Mapping, tmp_path: Path, said: str, words: str
) -> None:
    summary = await load(database, actor, timed, tmp_path, ("King", said))
    (row,) = await refused(database, summary.id)
    assert words in row["reason"]


def test_a_moment_is_a_date_time() -> None:
    with pytest.raises(Invalid, match="must be datetime"):
        parse_mapping(TIMED.replace("as: datetime", "as: date"), "timed")
