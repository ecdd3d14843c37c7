"""What a file declares of cost, and what is wrong with one that cannot be."""

from decimal import Decimal

import pytest

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.located import FileError
from customer_inventory.usage.cost.declared import Budget, Cost, read

JUNE, JULY = Month(2026, 6), Month(2026, 7)
WHOLE = """\
currency: EUR
pools:
  - name: disks
    kind: storage
    driver: stored
    costs:
      - {from: 2026-07, amount: 1300.50, capacity: 500}
      - {from: 2026-01, through: 2026-06, amount: 1200}
  - name: licences
    kind: licences
    driver: processes
    costs: [{from: 2026-03, amount: 99.99}]
rates:
  - meter: recordsRead
    per: 1000
    prices:
      - {from: 2026-01, through: 2026-06, price: 0.40}
      - {from: 2026-07, price: 0.4255}
costCentres:
  - {process: billing, costCentre: CC-1, from: 2026-01, through: 2026-03}
  - {process: billing, costCentre: CC-2, from: 2026-06}
budgets:
  - {costCentre: CC-2, from: 2026-01, amount: 500, alertAt: 90}
"""
CC_2 = "costCentre: CC-2, from: 2026-01, am"
POOL = "currency: EUR\npools:\n  - {{name: p, kind: other, driver: requests, costs: [{}]}}\n"


def test_all_of_it_is_read() -> None:
    there = read(WHOLE)
    disks, licences = there.pools
    assert disks.cost(JUNE) == Cost(120_000, None)
    assert disks.cost(JULY) == Cost(130_050, Decimal(500))
    assert licences.cost(Month(2026, 2)) is None
    (rate,) = there.rates
    assert (rate.per, rate.price(JUNE), rate.price(JULY)) == (
        1000,
        Decimal("0.40"),
        Decimal("0.4255"),
    )
    centres = [there.centre("billing", Month(2026, month)) for month in (3, 4, 6)]
    assert centres == ["CC-1", "", "CC-2"]
    assert there.budget(("costCentre", "CC-2"), JUNE) == Budget(50_000, 90)
    assert there.budget(("costCentre", "CC-1"), JUNE) is None


WRONG = {
    "negative": (POOL.format("{from: 2026-01, amount: -1}"), 3, "negative"),
    "overlap": (
        POOL.format("{from: 2026-01, amount: 1}, {from: 2026-03, amount: 2}"),
        3,
        "overlaps what begins in 2026-01",
    ),
    "twice": (POOL.format("{from: 2026-01, amount: 1}, {from: 2026-01, amount: 1}"), 3, "overlaps"),
    "gap": (
        POOL.format("{from: 2026-01, through: 2026-02, amount: 1}, {from: 2026-04, amount: 2}"),
        3,
        "nothing holds from 2026-03 on",
    ),
    "backwards": (POOL.format("{from: 2026-02, through: 2026-01, amount: 1}"), 3, "before it beg"),
    "no month": (POOL.format("{from: 2026-13, amount: 1}"), 3, "is no month"),
    "a day": (POOL.format("{from: 2026-01-15, amount: 1}"), 3, "is no month"),
    "no costs": (POOL.format(""), 3, "declares nothing"),
    "no driver": (
        "currency: EUR\npools:\n  - {name: p, kind: other, costs: [{from: 2026-01, amount: 1}]}\n",
        3,
        "lacks the key driver",
    ),
    "unknown driver": (
        WHOLE.replace("driver: processes", "driver: process"),
        11,
        "Is processes meant",
    ),
    "unknown kind": (WHOLE.replace("kind: storage", "kind: disk"), 4, "no kind of pool"),
    "two of a name": (WHOLE.replace("name: licences", "name: disks"), 9, "second pool disks"),
    "two rates": (
        WHOLE.replace("costCentres:", "  - {meter: recordsRead, prices: []}\ncostCentres:"),
        19,
        "declares nothing",
    ),
    "currency mix": (
        WHOLE.replace("kind: licences", "kind: licences\n    currency: USD"),
        11,
        "USD, the file's is EUR",
    ),
    "no currency": (WHOLE.replace("currency: EUR", "currency: euro"), 1, "no currency"),
    "no pools": ("currency: EUR\npools: []\n", 2, "declares nothing"),
    "per": (WHOLE.replace("per: 1000", "per: 3"), 15, "1, 10, 100"),
    "a rate overlaps": (
        WHOLE.replace("through: 2026-06, price", "through: 2026-07, price"),
        18,
        "overlaps",
    ),
    "a centre overlaps": (WHOLE.replace("through: 2026-03}", "through: 2026-09}"), 21, "overlaps"),
    "a budget of nobody": (WHOLE.replace(CC_2, "from: 2026-01, am"), 23, "or a process"),
    "a budget of two": (
        WHOLE.replace(CC_2, f"process: billing, {CC_2}"),
        23,
        "the budget of one",
    ),
    "two budgets at once": (
        WHOLE + "  - {costCentre: CC-2, from: 2026-05, amount: 1}\n",
        24,
        "overlaps",
    ),
    "a negative rate": (WHOLE.replace("price: 0.40", "price: -0.40"), 17, "negative"),
    "a gap of rates": (
        WHOLE.replace("from: 2026-07, price", "from: 2026-08, price"),
        18,
        "leaves a gap",
    ),
    "alert": (WHOLE.replace("alertAt: 90", "alertAt: 0"), 23, "percentage"),
    "unknown key": (WHOLE.replace("budgets:", "budget:"), 22, "Is budgets meant"),
}


@pytest.mark.parametrize(("text", "line", "why"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_says_where_and_why(text: str, line: int, why: str) -> None:
    with pytest.raises(FileError, match=why) as error:
        read(text)
    assert error.value.line == line


def test_a_second_rate_of_a_meter_is_told() -> None:
    again = "  - {meter: recordsRead, prices: [{from: 2026-01, price: 1}]}\ncostCentres:"
    with pytest.raises(FileError, match="second rate recordsRead"):
        read(WHOLE.replace("costCentres:", again))
