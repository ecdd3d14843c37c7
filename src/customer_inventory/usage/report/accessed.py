"""Who had access in a month, for what, who was refused, and what is permitted."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from customer_inventory.access.grant import breaking_glass, granting
from customer_inventory.access.log.partition import Month
from customer_inventory.access.right import rights
from customer_inventory.kit.report.model import Chart, Column, Section, Sentence, Table
from customer_inventory.store.database import Database, Row
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.report.money import share
from customer_inventory.usage.report.stood_out import stood_out
from customer_inventory.usage.report.used import counted

_UNDER_WAY = ("requested", "reviewed", "approved")


async def accessed(database: Database, month: Month) -> list[Section]:
    """Return who had access in a month: by the ledger, and by what is permitted."""
    rows = (await used_in(database, month)).sums
    return [
        _by_purpose(rows),
        _refused(rows),
        _taken_away(rows),
        await stood_out(database, month),
        await _permitted(database, month),
    ]


def _by_purpose(rows: Sequence[Row]) -> Section:
    sums = counted(rows, lambda row: f"{row['process']}\n{row['purpose']}")
    types: dict[str, set[str]] = {}
    for row in rows:
        if row["requests"] > row["denied"]:
            name = f"{row['process']}\n{row['purpose']}"
            types.setdefault(name, set()).add(row["record_type"])
    told = [
        (*_pair(name), each["requests"], each["denied"], each["read"], len(types.get(name, ())))
        for name, each in sums.items()
    ]  # fmt: skip
    whole = sum(each["requests"] for each in sums.values())
    denied = sum(each["denied"] for each in sums.values())
    read = sum(each["read"] for each in sums.values())
    purposes = {row[1] for row in told}
    table = Table(
        "Access by process and purpose",
        (Column("Process"), Column("Purpose"), Column("Requests", "count"),
         Column("Refused", "count"), Column("Records read", "count"),
         Column("Types", "count")),
        told,
        foot=("All", None, whole, denied, read, None) if told else None,
        caption="Counted from the access ledger, which has an entry for every request.",
        empty="Nobody is known to have asked for anything.",
    )  # fmt: skip
    said = f"{whole:,} requests for {len(purposes)} purposes, of which {denied:,} were refused."
    return Section(
        "Who had access", (Sentence(said),), (table,), Chart("Requests by process and purpose", 2)
    )


def _refused(rows: Sequence[Row]) -> Section:
    sums: dict[tuple[str, str, str], Counter[str]] = {}
    for row in rows:
        if row["denied"]:
            key = (row["process"], row["operation"], row["record_type"])
            sums.setdefault(key, Counter())["denied"] += row["denied"]
    for row in rows:
        key = (row["process"], row["operation"], row["record_type"])
        if key in sums:
            sums[key]["requests"] += row["requests"]
    ordered = sorted(sums.items(), key=lambda each: (-each[1]["denied"], each[0]))
    table = Table(
        "Refusals",
        (Column("Process"), Column("Operation"), Column("Of"), Column("Refused", "count"),
         Column("Of its requests", "share")),
        [(*key, each["denied"], share(each["denied"], each["requests"])) for key, each in ordered],
        empty="Nothing was refused.",
    )  # fmt: skip
    return Section("What was refused", (), (table,))


def _taken_away(rows: Sequence[Row]) -> Section:
    sums: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        if row["operation"] == "download":
            found = sums.setdefault((row["process"], row["record_type"]), Counter())
            found.update(requests=row["requests"], records=row["records"])
    ordered = sorted(sums.items(), key=lambda each: (-each[1]["records"], each[0]))
    table = Table(
        "Downloads",
        (Column("Process"), Column("Of"), Column("Downloads", "count"),
         Column("Records", "count")),
        [(*key, each["requests"], each["records"]) for key, each in ordered],
        empty="Nothing was taken away.",
    )  # fmt: skip
    return Section("What was taken away", (), (table,))


def _pair(name: str) -> tuple[str, str]:
    process, _, purpose = name.partition("\n")
    return process, purpose


async def _permitted(database: Database, month: Month) -> Section:
    """Tell what is permitted now, and which grants and emergencies the month had."""
    held = await rights(database)
    processes = {each.process for each in held}
    grants = await granting.grants(database)
    active = [row for row in grants if row["state"] == "active"]
    began = [row for row in active if _within(row["valid_from"], month)]
    over = [row for row in grants if row["state"] not in ("active", *_UNDER_WAY)]
    ended = [row for row in over if _within(row["changed_at"], month)]
    waiting = [row for row in grants if row["state"] in _UNDER_WAY]
    broken = [
        row for row in await breaking_glass.openings(database) if _within(row["opened_at"], month)
    ]
    unreviewed = sum(row["reviewed_at"] is None for row in broken)
    said = [
        Sentence(f"{len(held)} rights are held by {len(processes)} processes."),
        Sentence(
            f"{len(began)} grants began and {len(ended)} ended in the month; {len(waiting)} wait "
            "for somebody."
        ),
    ]
    if broken:
        text = f"The glass was broken {len(broken)} times; {unreviewed} wait for their review."
        said.append(Sentence(text, "bad" if unreviewed else "plain"))
    rows = [
        (row["process"], row["purpose"], row["state"], f"{row['changed_at']:%-d %B}")
        for row in (*began, *ended, *waiting)
    ]
    heads = (Column("Process"), Column("Purpose"), Column("State"), Column("Since"))
    table = Table("Grants of the month", heads, rows, empty="No grant began, ended or waits.")
    return Section("What is permitted", tuple(said), (table,))


def _within(at: datetime | None, month: Month) -> bool:
    return at is not None and month.start <= at < month.stop
