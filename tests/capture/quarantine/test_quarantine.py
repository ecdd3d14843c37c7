"""Quarantine: what was refused waits whole, is corrected, loads the same way, and leaves."""

import json
from pathlib import Path

import pytest

from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.held import Chosen, NoSuchRow, Settled, Whose
from customer_inventory.capture.quarantine.replaying import replay
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

ALL = Whose()
ROWS = (
    '1,Ada,Lovelace,10.12.1815,A\n2,Alan,Turing,1912-06-23x,X\n3,"Grace\nB.",Hopper,?,A\n'
    "4,,Noether,23.03.1882,A\n5,Emmy,Noether,23.03.1882\n"
)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "home", Limits())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + ROWS)
    return path


async def waiting(database: Database, **by) -> list:
    return list(await held.find(database, Chosen(**by), ALL))


async def texts(database: Database) -> dict[int, str]:
    return {
        row["line"]: (await held.one(database, row["id"], ALL))["row_text"]
        for row in await waiting(database)
    }


async def test_a_refused_row_waits_whole_with_line_and_reason(
    database: Database, actor: Actor, small: Mapping, file: Path
) -> None:
    summary = await import_file(database, file, small, actor=actor)
    assert (summary.tally.rows, summary.tally.refused) == (5, 4)
    rows = await waiting(database)
    assert [(row["file"], row["line"], row["path"]) for row in rows] == [
        ("rows.csv", 3, "individual.birthDate"),
        ("rows.csv", 4, "individual.birthDate"),
        ("rows.csv", 6, "individual.givenName"),
        ("rows.csv", 7, None),
    ]
    assert (await texts(database))[4] == '3,"Grace\nB.",Hopper,?,A'
    assert [row["line"] for row in await waiting(database, code=rows[3]["code"])] == [7]
    page = await held.find(database, Chosen(), ALL, after=rows[1]["id"], limit=1)
    assert [row["line"] for row in page] == [6]


async def test_the_same_file_again_doubles_nothing(
    database: Database, actor: Actor, small: Mapping, file: Path
) -> None:
    await import_file(database, file, small, actor=actor)
    before = [row["id"] for row in await waiting(database)]
    again = await import_file(database, file, small, actor=actor)
    assert again.tally.refused == 4
    assert [row["id"] for row in await waiting(database)] == before
    assert [row["row_text"] is not None for row in again.refusals] == [True] * 4


async def test_corrected_rows_load_and_leave(
    database: Database, actor: Actor, small: Mapping, file: Path, spool: Spool
) -> None:
    await import_file(database, file, small, actor=actor)
    alan, grace, emmy, short = (row["id"] for row in await waiting(database))
    fixing = {"actor": actor, "reason": "as the source told us"}
    for row in (alan, grace):
        await held.fix(database, row, ALL, values={"born": "23.06.1912"}, **fixing)
    await held.fix(database, emmy, ALL, values={"first": "Ms {last}"}, **fixing)
    with pytest.raises(Invalid, match="4 fields"):
        await held.fix(database, short, ALL, values={"state": "A"}, **fixing)
    (done,) = await replay(database, spool, Chosen(), ALL, person="steward")
    assert (done.tally.rows, done.tally.refused) == (4, 1)
    assert [row["id"] for row in await waiting(database)] == [short]
    await held.fix(database, short, ALL, text="5,Emmy,Noether,23.03.1882,A", **fixing)
    (done,) = await replay(database, spool, Chosen(ids=[short]), ALL, person="steward")
    assert (done.tally.refused, await waiting(database)) == (0, [])
    people = await database.fetch("SELECT body, process, person FROM record.individual")
    assert len(people) == 5
    assert {json.loads(row["body"])["givenName"] for row in people} >= {"Grace\nB.", "Ms Noether"}
    assert {row["process"] for row in people} == {actor.process}
    history = await held.steps(database, short)
    assert [(row["step"], row["person"]) for row in history] == [
        ("refused", "steward"), ("fixed", actor.person), ("loaded", "steward"),
    ]  # fmt: skip
    assert history[1]["row_text"] == "5,Emmy,Noether,23.03.1882"
    # What was settled stays so, whatever comes again.
    again = await import_file(database, file, small, actor=actor)
    assert (again.tally.refused, await waiting(database)) == (4, [])
    with pytest.raises(Settled):
        await held.fix(database, alan, ALL, text="x", **fixing)
    assert list(spool.place("").iterdir()) == []


async def test_a_changed_mapping_takes_them(
    database: Database, actor: Actor, small: Mapping, file: Path, spool: Spool
) -> None:
    await import_file(database, file, small, actor=actor)
    wider = parse_mapping(SMALL.replace('"%d.%m.%Y"', '"%d.%m.%Y", "%Y-%m-%dx"'), "wider")
    await replay(database, spool, Chosen(), ALL, person="steward", mapping=wider)
    assert [row["line"] for row in await waiting(database)] == [4, 6, 7]
    other = parse_mapping(SMALL.replace("source: crm", "source: billing"), "other")
    with pytest.raises(Invalid, match="not for rows of crm"):
        await replay(database, spool, Chosen(), ALL, person="steward", mapping=other)
    # So does the file itself: what it takes now leaves as well.
    even = parse_mapping(SMALL.replace('nulls: ["", "NULL"]', 'nulls: ["", "?"]'), "even")
    await import_file(database, file, even, actor=actor)
    assert [row["line"] for row in await waiting(database)] == [6, 7]


async def test_what_did_not_arrive_whole_must_be_corrected_first(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path, spool: Spool
) -> None:
    path = tmp_path / "rows.csv"
    long = b"7," + b"x" * 2_000_000 + b",Long,,A\n"
    path.write_bytes(HEADER.encode() + b"6,Gr\xe4ce,Hopper,,A\n" + long)
    await import_file(database, path, small, actor=actor)
    rows = await waiting(database)
    assert [row["is_exact"] for row in rows] == [False, False]
    assert await replay(database, spool, Chosen(), ALL, person="steward") == []
    await held.fix(database, rows[0]["id"], ALL, values={"first": "Gräce"}, actor=actor, reason="")
    await replay(database, spool, Chosen(), ALL, person="steward")
    assert [row["id"] for row in await waiting(database)] == [rows[1]["id"]]


async def test_lines_of_json_are_corrected_by_path(
    database: Database, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    text = SMALL.replace("format: csv", "format: ndjson").replace("column: born", "column: is.born")
    mapping = parse_mapping(text, "lines")
    path = tmp_path / "rows.ndjson"
    path.write_text(
        '{"no":1,"first":"A","last":"B","is":{"born":"?","n":1.10},"state":"A"}\n{"no":2\n'
    )
    await import_file(database, path, mapping, actor=actor)
    one, broken = await waiting(database)
    values = {"is.born": "01.02.1990", "is.of": '["x"]', "last": "{last} of {is.n}"}
    await held.fix(database, one["id"], ALL, values=values, actor=actor, reason="")
    whole = await held.one(database, one["id"], ALL)
    assert json.loads(whole["row_text"])["is"] == {"born": "01.02.1990", "n": 1.1, "of": ["x"]}
    assert '"n":1.10' in whole["row_text"]
    for text in ('{"no":2}\n{"no":3}', "[]", '{"no":'):
        with pytest.raises(Invalid):
            await held.fix(database, broken["id"], ALL, text=text, actor=actor, reason="")
    await replay(database, spool, Chosen(), ALL, person=None)
    assert [row["id"] for row in await waiting(database)] == [broken["id"]]


async def test_rows_of_another_process_are_not_there(
    database: Database, actor: Actor, small: Mapping, file: Path, spool: Spool
) -> None:
    await import_file(database, file, small, actor=actor)
    row = (await waiting(database))[0]["id"]
    for whose in (Whose("other", actor.purpose), Whose(actor.process, "other")):
        assert await held.find(database, Chosen(), whose) == []
        with pytest.raises(NoSuchRow):
            await held.one(database, row, whose)
        with pytest.raises(NoSuchRow):
            await held.drop(database, row, whose, actor=actor, reason="x")
        assert await replay(database, spool, Chosen(), whose, person=None) == []


async def test_a_dropped_row_says_nothing_any_more(
    database: Database, actor: Actor, small: Mapping, file: Path
) -> None:
    await import_file(database, file, small, actor=actor)
    row = (await waiting(database))[0]["id"]
    await held.fix(database, row, ALL, values={"state": "Q"}, actor=actor, reason="")
    with pytest.raises(Invalid, match="reason"):
        await held.drop(database, row, ALL, actor=actor, reason=" ")
    await held.drop(database, row, ALL, actor=actor, reason="a test row of the source")
    whole = await held.one(database, row, ALL)
    assert (whole["state"], whole["row_text"]) == ("dropped", None)
    history = await held.steps(database, row)
    assert [(each["step"], each["row_text"]) for each in history] == [
        ("fixed", None), ("dropped", None),
    ]  # fmt: skip
