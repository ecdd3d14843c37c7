"""The bench of the console: a table as documents have it, and the screens that cost too much."""

from dataclasses import replace

from bench import paging_report
from bench.paging import POINT_READ, TYPED, Load, Plan, Result

_RESULT = Result(
    Plan(customers=5_000, rounds=3),
    seconds={
        POINT_READ: [0.001, 0.002, 0.001],
        "/home": [0.003, 0.006, 0.003],
        "/slow": [0.031, 0.062, 0.040],
        TYPED: [0.010, 0.020, 0.010],
    },
    loads={
        "/home": [Load(30_000, 4, 100.0), Load(32_000, 4, 120.0)],
        "/slow": [Load(70_000, 9, 300.0)],
    },
    typed=[80.0, 90.0, 130.0],
)


def test_screens_stand_in_a_table_as_documents_have_it_the_dearest_first() -> None:
    lines = paging_report.text(_RESULT).splitlines()
    first = lines.index(
        "| screen | ms of the service | x point read | KB | requests | ms to load |"
    )
    assert lines[first + 1] == "| --- | ---: | ---: | ---: | ---: | ---: |"
    assert lines[first + 2 : first + 6] == [
        "| /slow | 40.0 | 31.0 | 70.0 | 9 | 300 |",
        f"| {TYPED} | 10.0 | 10.0 |  |  |  |",
        "| /home | 3.0 | 3.0 | 31.0 | 4 | 110 |",
        f"| {POINT_READ} | 1.0 | 1 |  |  |  |",
    ]


def test_what_falls_short_is_named_and_what_does_not_is_counted() -> None:
    lines = paging_report.text(_RESULT).splitlines()
    aims = lines[lines.index("aims") + 2 :]
    assert aims == [
        "2 of 3 screens: times a point read at most 30",
        "falls short  /slow: times a point read 31.0 (31.0 to 40.0), at most 30",
        "1 of 2 screens: bytes at most 61440",
        "falls short  /slow: bytes 7.00e+04 (7.00e+04 to 7.00e+04), at most 61440",
        "1 of 2 screens: requests at most 8",
        "falls short  /slow: requests 9.00 (9.00 to 9.00), at most 8",
        f"meets        {TYPED}, ms at the browser 90.0 (80.0 to 130.), at most 100",
    ]


def test_a_busy_machine_is_told() -> None:
    slow = {name: [10 * each for each in taken] for name, taken in _RESULT.seconds.items()}
    busy = "the machine was busy: a point read took 10.0 ms, and ratios are too low"
    assert busy in paging_report.text(replace(_RESULT, seconds=slow)).splitlines()
