"""The independent count finds each thing that must not be, and nothing where all is well."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.prove import counting
from tests.prove.counting import Count, Versions, read_logs
from tests.prove.kept import A, Asked, B, Request, Told, Writer

START = datetime(2026, 3, 1, tzinfo=UTC)


def asked(verb: str, number: int, *, key: str = "k", **sets: str) -> Asked:
    return Asked("x", number, number * 10, verb, key, sets)


def told(number: int, status: int, saw: dict[str, str] | None = None, revision: int = 0) -> Told:
    return Told(number, number * 10 + 5, status, "k" if saw else "", saw, revision)


def version(revision: int, a: str, operation: str = "update") -> dict[str, Any]:
    body = {"givenName": "maker x.0", A: a, B: f"{B}-x.0"}
    at = START + timedelta(seconds=revision)
    return {"revision": revision, "operation": operation, "body": body, "at": at}


MADE = Request(asked("make", 1, key="", **{A: f"{A}-x.0", B: f"{B}-x.0"}),
               told(1, 201, {A: f"{A}-x.0", B: f"{B}-x.0"}, 1))  # fmt: skip
WROTE = Request(asked("write", 2, **{A: "two"}), told(2, 200, {A: "two", B: f"{B}-x.0"}, 2))
READ = Request(asked("read", 3), told(3, 200, {A: "two", B: f"{B}-x.0"}, 2))
REFUSED = Request(asked("write", 4, **{A: "four"}), told(4, 412))
LOST = Request(asked("write", 5, **{A: "five"}), None)
ALL = [MADE, WROTE, READ, REFUSED, LOST]


def held(*versions: dict[str, Any]) -> Versions:
    return {"k": list(versions)}


def wrong(requests: list[Request], versions: Versions) -> list[str]:
    found = Count()
    counting._writes(found, requests, versions)
    counting._reads(found, requests, versions)
    counting._histories(found, versions)
    counting._orders(found, requests)
    return found.wrong


FIRST = version(1, f"{A}-x.0", "create")
WELL = held(FIRST, version(2, "two"))


def test_where_all_is_well_nothing_is_said() -> None:
    assert wrong(ALL, WELL) == []
    # What had no answer may have happened too.
    assert wrong(ALL, held(FIRST, version(2, "two"), version(3, "five"))) == []


BAD: dict[str, tuple[list[Request], Versions, str]] = {
    "lost": (ALL, held(FIRST), "lost"),
    "twice": (ALL, held(FIRST, version(2, "two"), version(3, "x"), version(4, "two")), "2 times"),
    "refused and done": (ALL, held(FIRST, version(2, "two"), version(3, "four")), "refused"),
    "made twice": (ALL, {**WELL, "l": [FIRST]}, "2 times"),
    "a gap": (ALL, held(FIRST, version(3, "two")), "gaps"),
    "another read": (
        [*ALL, Request(asked("read", 6), told(6, 200, {A: "six", B: "x"}, 2))], WELL, "never was",
    ),
    "back": ([*ALL, Request(asked("read", 6), MADE.told and told(6, 200, MADE.told.saw, 1))],
             WELL, "went back"),
    "no order": ([*ALL, Request(asked("read", 6), told(6, 200, MADE.told and MADE.told.saw, 1))],
                 WELL, "no order"),
    "still there": ([*ALL, Request(asked("remove", 6), told(6, 204))], WELL, "removal"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_must_not_be_is_found(what: str) -> None:
    requests, versions, word = BAD[what]
    assert any(word in said for said in wrong(requests, versions))


def test_what_was_kept_is_read_and_a_line_cut_off_is_no_answer(tmp_path: Path) -> None:
    with (tmp_path / "x.log").open("ab") as file:
        writer = Writer(file)
        for one in (MADE, WROTE):
            assert one.told is not None
            writer.keep(one.asked)
            writer.keep(one.told)
        writer.keep(LOST.asked)
        file.write(b'!{"number":5,"en')
    assert read_logs(tmp_path) == [MADE, WROTE, LOST]
