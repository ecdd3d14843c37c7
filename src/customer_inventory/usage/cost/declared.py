"""What a file declares of cost: pools, rates, cost centres and budgets, each from a month on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.located import Value, nearest, parse
from customer_inventory.usage.cost.driver import DRIVERS, Driver
from customer_inventory.usage.cost.money import amount_in, number_in
from customer_inventory.usage.cost.span import Span, in_order, months_in, one_in

KINDS = ("storage", "compute", "backup", "licences", "people", "other")
"""What the money of a pool is paid for."""

_ALERT_AT = 80
_MOST_PERCENT = 1000
Held = TypeVar("Held")
Key = TypeVar("Key")
Payer = tuple[str, str]
"""Whose a budget is: `costCentre` or `process`, and its name."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a pool costs a month, in minor units, and how much of its driver that pays for."""

    amount: int
    capacity: Decimal | None


@dataclass(frozen=True, slots=True)
class Pool:
    """Money spent for one thing, month by month, and what it is shared out by."""

    name: str
    kind: str
    driver: Driver
    costs: tuple[Span[Cost], ...]

    def cost(self, month: Month) -> Cost | None:
        """Return what it costs in a month, None when it is not there then."""
        return next(one_in(self.costs, month), None)


@dataclass(frozen=True, slots=True)
class Rate:
    """What is charged for so many units (`per`) of a meter."""

    meter: Driver
    per: int
    prices: tuple[Span[Decimal], ...]

    def price(self, month: Month) -> Decimal | None:
        """Return the price in a month, None when nothing is charged then."""
        return next(one_in(self.prices, month), None)


@dataclass(frozen=True, slots=True)
class Budget:
    """What somebody may cost in a month, in minor units; told of from `alert_at` percent."""

    amount: int
    alert_at: int


@dataclass(frozen=True, slots=True)
class Declared:
    """All that a file declares, in one currency."""

    currency: str
    pools: tuple[Pool, ...]
    rates: tuple[Rate, ...]
    centres: Mapping[str, tuple[Span[str], ...]]
    budgets: Mapping[Payer, tuple[Span[Budget], ...]]

    def centre(self, process: str, month: Month) -> str:
        """Return the cost centre of a process in a month, '' for none."""
        return next(one_in(self.centres.get(process, ()), month), "")

    def budget(self, payer: Payer, month: Month) -> Budget | None:
        """Return the budget of a cost centre or process in a month, None for none."""
        return next(one_in(self.budgets.get(payer, ()), month), None)


def read(text: str) -> Declared:
    """Return what `text` declares; raise FileError with the line of what is wrong."""
    file = parse(text)
    members = file.only(
        "currency", "pools", "rates", "costCentres", "budgets", required=("currency", "pools")
    )
    currency = _currency(members["currency"])
    pools = [_pool(item, currency) for item in members["pools"].items()]
    if not pools:
        raise members["pools"].wrong("declares nothing.")
    rates = [_rate(item, currency) for item in _items(members, "rates")]
    _once(((item.name, said) for item, said in _with(pools, members["pools"])), "pool")
    if "rates" in members:
        _once(((item.meter.name, said) for item, said in _with(rates, members["rates"])), "rate")
    return Declared(
        currency,
        tuple(pools),
        tuple(rates),
        _grouped(_items(members, "costCentres"), _process, _centre),
        _grouped(_items(members, "budgets"), _payer, lambda item: _budget(item, currency)),
    )


def _pool(item: Value, currency: str) -> Pool:
    members = item.only(
        "name", "kind", "driver", "currency", "costs", required=("name", "kind", "driver", "costs")
    )
    _same_currency(members, currency)
    kind = members["kind"].text()
    if kind not in KINDS:
        raise members["kind"].wrong(f"{kind} is no kind of pool.{nearest(kind, KINDS)}")
    costs = [_cost(each, currency) for each in members["costs"].items()]
    if not costs:
        raise members["costs"].wrong("declares nothing.")
    name = members["name"].text()
    return Pool(name, kind, _driver(members["driver"]), in_order(costs))


def _cost(item: Value, currency: str) -> Span[Cost]:
    members = item.only("from", "through", "amount", "capacity", required=("from", "amount"))
    capacity = number_in(members["capacity"]) if "capacity" in members else None
    cost = Cost(amount_in(members["amount"], currency), capacity)
    return Span(*months_in(members), cost, item)


def _rate(item: Value, currency: str) -> Rate:
    members = item.only("meter", "per", "currency", "prices", required=("meter", "prices"))
    _same_currency(members, currency)
    per = members["per"].whole() if "per" in members else 1
    if per < 1 or per != 10 ** (len(str(per)) - 1):
        raise members["per"].wrong("must be 1, 10, 100, 1000 …: so that charges are exact.")
    prices = [_price(each) for each in members["prices"].items()]
    if not prices:
        raise members["prices"].wrong("declares nothing.")
    return Rate(_driver(members["meter"]), per, in_order(prices))


def _price(item: Value) -> Span[Decimal]:
    members = item.only("from", "through", "price", required=("from", "price"))
    return Span(*months_in(members), number_in(members["price"]), item)


def _centre(item: Value) -> Span[str]:
    members = item.only(
        "process", "costCentre", "from", "through", required=("process", "costCentre", "from")
    )
    return Span(*months_in(members), members["costCentre"].text(), item)


def _budget(item: Value, currency: str) -> Span[Budget]:
    members = item.only(
        "costCentre", "process", "from", "through", "amount", "alertAt",
        required=("from", "amount"),
    )  # fmt: skip
    alert_at = members["alertAt"].whole() if "alertAt" in members else _ALERT_AT
    if not 1 <= alert_at <= _MOST_PERCENT:
        raise members["alertAt"].wrong(f"must be a percentage from 1 to {_MOST_PERCENT}.")
    budget = Budget(amount_in(members["amount"], currency), alert_at)
    return Span(*months_in(members), budget, item)


def _driver(value: Value) -> Driver:
    name = value.text()
    if name not in DRIVERS:
        raise value.wrong(f"{name} is nothing that is metered.{nearest(name, DRIVERS)}")
    return DRIVERS[name]


def _currency(value: Value) -> str:
    text = value.text()
    if not (len(text) == 3 and text.isascii() and text.isupper() and text.isalpha()):  # noqa: PLR2004 - ISO 4217
        raise value.wrong(f"{text!r} is no currency.", "Write its ISO 4217 code: EUR.")
    return text


def _same_currency(members: Mapping[str, Value], currency: str) -> None:
    own = members.get("currency")
    if own is not None and _currency(own) != currency:
        raise own.wrong(
            f"is {own.text()}, the file's is {currency}: amounts of two cannot be summed.",
            "Convert it, and say by which rate in a comment.",
        )


def _items(members: Mapping[str, Value], name: str) -> list[Value]:
    return members[name].items() if name in members else []


def _with(made: Iterable[Held], said: Value) -> Iterable[tuple[Held, Value]]:
    return zip(made, said.items(), strict=True)


def _once(named: Iterable[tuple[str, Value]], what: str) -> None:
    lines: dict[str, int] = {}
    for name, said in named:
        if name in lines:
            raise said.wrong(f"is the second {what} {name}: there is one on line {lines[name]}.")
        lines[name] = said.line


def _process(item: Value) -> str:
    return item.members()["process"].text()


def _payer(item: Value) -> Payer:
    """Return whose a budget is; raise FileError unless it is one's."""
    named = [(of, said) for of, said in item.members().items() if of in ("costCentre", "process")]
    if len(named) != 1:
        raise item.wrong("is the budget of one: a costCentre or a process.")
    return named[0][0], named[0][1].text()


def _grouped(
    items: Iterable[Value], key: Callable[[Value], Key], made: Callable[[Value], Span[Held]]
) -> dict[Key, tuple[Span[Held], ...]]:
    """Return spans by what they are of; they may leave gaps, and not overlap."""
    found: dict[Key, list[Span[Held]]] = {}
    for item in items:
        span = made(item)
        found.setdefault(key(item), []).append(span)
    return {name: in_order(spans, may_pause=True) for name, spans in found.items()}
