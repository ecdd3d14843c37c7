"""Lines: as bad as the worst, the verdict first; how long and how much, as people say it."""

import pytest

from customer_inventory.facilities.standing.line import Line, aged, graded, verdict, worst
from customer_inventory.kit.size import sized

WELL = Line("size", "ok", "1 GB")
SKIPPED = Line("drill", "skipped", "another PostgreSQL")
ODD = Line("jobs", "attention", "one is late", "cinv serve")
WRONG = Line("disk", "problem", "it is full", "Make room.")


def test_the_verdict_is_as_bad_as_the_worst() -> None:
    assert verdict([WELL, SKIPPED]) == Line("verdict", "ok", "all is well, 1 not asked")
    assert verdict([WELL, ODD]).state == "attention"
    told = verdict([ODD, WELL, WRONG])
    assert (told.state, told.said, told.hint) == ("problem", "1 wrong: disk", "Make room.")
    assert worst([WELL, SKIPPED]) == "ok"
    assert worst([ODD, WELL, WRONG]) == "problem"


@pytest.mark.parametrize(
    ("value", "state"), [(0, "ok"), (1, "attention"), (4.9, "attention"), (5, "problem")]
)
def test_values_are_graded(value: float, state: str) -> None:
    assert graded(value, 1, 5) == state
    assert graded(-value, -1, -5, low_is_bad=True) == state


def test_time_and_size_as_people_say_them() -> None:
    assert [aged(each) for each in (3, 600, 7200 * 5, 86_400 * 9)] == [
        "3 s", "10 min", "10 h", "9 days",
    ]  # fmt: skip
    assert [sized(each) for each in (5, 2e3, 3.5e6, 4e9, 5e12)] == [
        "5 bytes", "2.0 kB", "3.5 MB", "4.0 GB", "5.0 TB",
    ]  # fmt: skip
