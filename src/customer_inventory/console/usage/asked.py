"""What addresses of the room say: a month, by what to sum, where a page begins."""

from collections.abc import Sequence

from customer_inventory.access.log.partition import Month
from customer_inventory.console.listing import Filter
from customer_inventory.console.screen import View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid

_MONTHS = 13
"""This month and a year before it can be chosen; an address may name any."""


def month_of(view: View) -> Month:
    """Return the month that is looked at, this one unless named; raise Invalid for no month."""
    text = view.query.get("month", "")
    if not text:
        return Month.of(now())
    try:
        return Month.named(text)
    except ValueError:
        raise Invalid("is no month.", path="month", hint="Give one as 2026-01.") from None


def by_of(view: View, words: Sequence[str]) -> str:
    """Return by what is summed, the first of `words` unless told; raise Invalid for another."""
    word = view.query.get("by", "") or words[0]
    if word not in words:
        raise Invalid(f"must be one of {', '.join(words)}.", path="by")
    return word


def month_filter(view: View) -> Filter:
    """Return the choice of a month: the last ones, and the one that is looked at."""
    chosen, month = month_of(view), Month.of(now())
    months = [month]
    while len(months) < _MONTHS:
        months.append(months[-1].before)
    told = sorted({str(each) for each in (*months, chosen)}, reverse=True)
    every = view.say("this month")
    return Filter("month", mark("Month"), tuple((each, each) for each in told), every=every)
