"""Budgets: what a cost centre comes to, and from when on that is told."""

from datetime import timedelta

from customer_inventory.access.log.partition import Month
from customer_inventory.usage.cost.allocating import calculated
from customer_inventory.usage.cost.budget import CENTRE, PROCESS, Standing, standings
from customer_inventory.usage.cost.declared import read
from tests.usage.cost.test_allocating import used

APRIL = Month(2026, 4)
COSTS = """\
currency: EUR
pools:
  - {name: p, kind: other, driver: requests, costs: [{from: 2026-01, amount: 100}]}
costCentres:
  - {process: a, costCentre: A, from: 2026-01}
  - {process: b, costCentre: B, from: 2026-01}
  - {process: c, costCentre: C, from: 2026-01}
budgets:
  - {costCentre: A, from: 2026-01, amount: 60}
  - {costCentre: B, from: 2026-01, amount: 29.99}
  - {costCentre: C, from: 2026-01, amount: 12, alertAt: 75}
  - {costCentre: Z, from: 2026-01, amount: 1}
  - {process: b, from: 2026-01, amount: 31}
"""


def test_centres_and_processes_stand_where_they_come_to() -> None:
    declared = read(COSTS)
    sums = [
        (name, "", "read", count, 0, 0) for name, count in zip("abcd", (40, 30, 9, 21), strict=True)
    ]
    lines = calculated(declared, used(*sums)).allocations
    at = APRIL.start + timedelta(days=10)
    assert standings(declared, APRIL, lines, at) == [
        Standing((CENTRE, ""), None, 700, 2100, "none"),
        Standing((CENTRE, "A"), 6000, 1333, 4000, "within"),
        Standing((CENTRE, "B"), 2999, 1000, 3000, "over"),
        Standing((CENTRE, "C"), 1200, 300, 900, "near"),
        Standing((CENTRE, "Z"), 100, 0, 0, "within"),
        Standing((PROCESS, "b"), 3100, 1000, 3000, "near"),
    ]
    before, after = APRIL.start - timedelta(days=9), APRIL.stop + timedelta(days=9)
    assert {each.to_date for each in standings(declared, APRIL, lines, before)} == {0}
    over = standings(declared, APRIL, lines, after)
    assert [each.to_date for each in over] == [each.forecast for each in over]
