"""What docs/scale.md says is what is computed, of what docs/performance.md says was measured."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.capacity import BUCKETS, GIB, Measured, Node, Workload, fitted_gib, planned
from bench.capacity_page import filled, main
from customer_inventory.kit import ids

DOCS = Path(__file__).parents[2] / "docs"
PERFORMANCE = (DOCS / "performance.md").read_text("utf-8")
MEASURED = Measured()


def test_the_page_is_what_is_computed() -> None:
    """If this fails: python -m bench.capacity_page --into docs/scale.md."""
    page = (DOCS / "scale.md").read_text("utf-8")
    assert filled(page) == page
    assert filled(page.replace("57 TB", "75 TB", 1)) == page


def test_inputs_are_what_was_measured() -> None:
    for size in MEASURED.sizes:
        assert f"{size.records:,}" in PERFORMANCE.replace("\n", " ")
        assert f"{size.gib} GiB" in PERFORMANCE
    (row,) = re.findall(r"GET (\d+) \+ (\d+) µs .*;\nlist (\d+) \+ (\d+) µs", PERFORMANCE)
    assert tuple(map(int, row)) == (*MEASURED.read_us, *MEASURED.list_us)
    for name, cost in (("PATCH", MEASURED.change_us), ("POST", MEASURED.create_us)):
        (row,) = re.findall(
            rf"^\| {name} \|.*\| (\d+) \+ (\d+) \+ \d+ µs", PERFORMANCE, re.MULTILINE
        )
        assert tuple(map(int, row)) == cost
    (row,) = re.findall(r"^\| 10,000,000 \| ([\d.]+) \|", PERFORMANCE, re.MULTILINE)
    assert float(row) * GIB / 10_000_000 == MEASURED.entry_bytes
    assert f"{MEASURED.entries_a_second:,} a second appended durably" in PERFORMANCE
    (row,) = re.findall(
        r"^\| ([\d,]+) \| (\d+) \| \d+ \| \d+ \| ([\d,]+), ", PERFORMANCE, re.MULTILINE
    )
    assert tuple(int(cell.replace(",", "")) for cell in row) == (
        MEASURED.version_bytes,
        MEASURED.event_bytes,
        MEASURED.changed_log_bytes,
    )
    assert f"indexes together {100 * MEASURED.index_share:.0f} %" in PERFORMANCE


@pytest.mark.parametrize(
    ("shape", "milliseconds"),
    [("360", MEASURED.around_ms), ("search: exact name", MEASURED.search_ms)],
)
def test_times_are_those_of_a_million_customers(shape: str, milliseconds: float) -> None:
    (row,) = re.findall(rf"^\| {shape} \|(.*)\|$", PERFORMANCE, re.MULTILINE)
    cells = [cell.strip() for cell in row.split("|")]
    assert float(cells[2].split(" / ")[0]) == milliseconds
    if shape != "360":
        assert float(cells[6]) == MEASURED.search_slope


def test_the_line_meets_what_it_was_not_drawn_through() -> None:
    small = MEASURED.sizes[0]
    # The page says half a GiB: up to a twentieth of one is rounding.
    assert fitted_gib(MEASURED, small.records) == pytest.approx(small.gib, abs=0.05)


def test_more_of_anything_never_takes_less() -> None:
    least = planned(Workload(customers=1_000_000))
    for change in (
        {"customers": 9_000_000},
        {"records_per_customer": 900.0},
        {"reads_per_customer_day": 9.0},
        {"changes_per_customer_day": 9.0},
    ):
        more = planned(replace(least.workload, **change))
        assert more.data_bytes >= least.data_bytes
        assert more.nodes >= least.nodes
        assert more.ledger_bytes_day >= least.ledger_bytes_day
        assert more.month_cost >= least.month_cost


def test_what_lies_on_a_node_can_be_brought_back_in_time() -> None:
    for hours in (1.0, 4.0, 24.0):
        plan = planned(Workload(), Node(restore_hours=hours))
        assert plan.restore_hours <= hours
        assert plan.nodes <= BUCKETS == ids.BUCKETS


def test_it_tells_of_customers_of_ones_own() -> None:
    done = CliRunner().invoke(main, ["--customers", "3000000", "--records", "40", "--reads", "2"])
    assert done.exit_code == 0
    assert re.search(r"^records +120,000,000$", done.output, re.MULTILINE)
