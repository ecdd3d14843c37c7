"""Reports of a month, in every form that there is; and what of them was delivered to whom."""

from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.usage.asked import month_filter, month_of
from customer_inventory.console.words import mark
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.form import FORMS
from customer_inventory.monthly import delivering
from customer_inventory.monthly.keeping import page
from customer_inventory.monthly.kind import NAMES
from customer_inventory.usage.report.kind import NoSuchReport
from customer_inventory.web.exchange import Answer

_ENTRY = "usageReport"
_LAST = 20
TITLES = {
    "inventory": mark("All of it in one report"),
    "findings": mark("What changed, and what to do"),
    "usage": mark("Use"),
    "access": mark("Access"),
    "minimisation": mark("What is held and not used"),
    "service": mark("Quality of service"),
    "cost": mark("Cost"),
    "quality": mark("Quality of data"),
}
_DELIVERED = (
    Column("month", mark("Month")),
    Column("report", mark("Report")),
    Column("owner", mark("To"), "name"),
    Column("deliveredAt", mark("Delivered"), "time"),
)


async def show(view: View) -> Shown:
    """Show which reports a month has, and the last that were delivered."""
    month = str(month_of(view))
    rows = await delivering.deliveries(view.rooms.database, limit=_LAST)
    named = {name: view.say(TITLES.get(name, name)) for name in NAMES}
    reports = [
        {
            "name": name,
            "title": title,
            "file": {form: f"/usage/reports/{name}?month={month}&form={form}" for form in FORMS},
        }
        for name, title in named.items()
    ]
    told = [
        {**delivering.told(row), "report": named.get(row["report"], row["report"])} for row in rows
    ]
    aside = {
        "delivered": Listing(_DELIVERED, told, view.say("Delivered, the latest first")),
        "months": Listing((), (), "", filters=(month_filter(view),)),
    }
    return Shown({"month": month, "report": reports}, aside=aside)


async def file(view: View) -> Shown:
    """Return a report on a month, in the form that is asked for."""
    name, form = view.path["report"], view.query.get("form", "") or "html"
    if name not in NAMES:
        raise NoSuchReport(name, dict.fromkeys(NAMES))
    if form not in FORMS:
        raise Invalid(f"must be one of {', '.join(FORMS)}.", path="form")
    month = month_of(view)
    body = await page(view.rooms.database, name, month, form)
    # Pages of reports have their style within, which no page of the console may: they are saved.
    told = f'attachment; filename="{name}-{month}.{form}"'
    headers = (
        (b"content-type", FORMS[form].media.encode()),
        (b"content-disposition", told.encode()),
    )
    return Shown(file=Answer(200, body, headers))


SCREENS = (
    Screen(
        "/usage/reports", mark("Reports of a month"), "usage", Operation.READ, USAGE,
        show, "usage/reports", _ENTRY, navigation=mark("Reports"),
    ),
    Screen(
        "/usage/reports/{report}", mark("Report"), "usage", Operation.READ, USAGE,
        file, "", _ENTRY, is_file=True,
    ),
)  # fmt: skip
