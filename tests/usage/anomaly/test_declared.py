"""Thresholds as data: those that ship are whole, a file says what differs, and why."""

from pathlib import Path

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.located import FileError
from customer_inventory.store.database import Database
from customer_inventory.usage.anomaly import declared as module
from customer_inventory.usage.anomaly.declared import read, shipped
from customer_inventory.usage.anomaly.declaring import Unchanged, declare, in_force
from customer_inventory.usage.anomaly.held import WHAT
from customer_inventory.usage.anomaly.judging import KINDS

TWICE = "  - {process: a, kind: refusals, reason: x}\n"
BY = Actor("tests", "testing", "ada")
OWN = """\
habit: {weeks: 6}
kinds:
  downloadSpike: {least: 2000, severity: medium, reason: partners fetch much}
processes:
  - {process: billing, kind: unusualHour, off: true, reason: it runs when files come}
  - {process: billing, kind: downloadSpike, times: 10, reason: the yearly run}
"""


def test_every_kind_ships_with_thresholds_and_a_sentence() -> None:
    assert set(shipped().kinds) == set(KINDS) == set(WHAT)
    assert all(not threshold.is_off for threshold in shipped().kinds.values())
    assert Path(module.__file__).with_name("thresholds.yaml").is_file()


def test_a_file_says_what_differs() -> None:
    made = read(OWN)
    assert (made.weeks, made.least_days) == (6, shipped().least_days)
    spike = made.of("downloadSpike", "care")
    assert (spike.least, spike.severity, spike.times) == (2000, "medium", 3)
    own = made.of("downloadSpike", "billing")
    assert (own.least, own.times, own.reason) == (2000, 10, "the yearly run")
    assert made.of("unusualHour", "billing").is_off
    assert not made.of("unusualHour", "care").is_off
    assert made.of("refusals", "billing") == shipped().kinds["refusals"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("kinds: {spikes: {least: 3, reason: x}}", 1, "no kind of anomaly"),
        ("kinds:\n  refusals: {least: 3}", 2, "lacks the key reason"),
        ("kinds:\n  refusals: {days: 3, reason: x}", 2, "not a key that belongs here"),
        ("kinds:\n  refusals: {least: 0, reason: x}", 2, "must be 1 or more"),
        ("kinds:\n  refusals: {chance: 2, reason: x}", 2, "from 0 to 1"),
        ("kinds:\n  refusals: {chance: 0, reason: x}", 2, "from 0 to 1"),
        ("kinds:\n  refusals: {times: 0.5, reason: x}", 2, "from 1 to"),
        ("kinds:\n  refusals: {times: often, reason: x}", 2, "must be a number"),
        ("kinds:\n  refusals: {severity: awful, reason: x}", 2, "must be one of"),
        ("kinds:\n  refusals: {off: maybe, reason: x}", 2, "true or false"),
        ("habit: {weeks: 99}", 1, "from 1 to 26"),
        ("habit: {leastDays: 3}", 1, "7 or more"),
        ("habit: {weeks: 1}", 1, "within the weeks"),
        ("processes:\n  - {kind: refusals, reason: x}", 2, "lacks the key process"),
        (f"processes:\n{TWICE}{TWICE}", 3, "second"),
        ("nothing: 1", 1, "not a key that belongs here"),
        ("", 1, "empty"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(FileError, match=said) as raised:
        read(text)
    assert raised.value.line == line


async def test_the_latest_file_is_in_force(database: Database) -> None:
    assert (await in_force(database)).declared == shipped()
    assert await declare(database, OWN, actor=BY, reason="partners") == 1
    with pytest.raises(Unchanged):
        await declare(database, OWN, actor=BY, reason="again")
    with pytest.raises(FileError):
        await declare(database, "kinds: {x: {}}", actor=BY, reason="wrong")
    there = await in_force(database)
    assert (there.number, there.declared) == (1, read(OWN))
    await declare(database, "habit: {weeks: 8}", actor=BY, reason="as it was")
    assert (await in_force(database)).declared.kinds == shipped().kinds
