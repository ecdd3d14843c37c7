"""What somebody should look at, in the month report: what is wrong, and what is open."""

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.report.model import Chart, Column, Section, Sentence, Table
from customer_inventory.record import finding
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.check import level
from customer_inventory.shortcomings.every import check_of
from customer_inventory.store.database import Database


async def shortcomings(database: Database, month: Month) -> list[Section]:
    """Return what is wrong with the repository, and what is open of the house, by kind."""
    return [await _of_repository(database), await _of_house(database, month)]


async def _of_repository(database: Database) -> Section:
    outcomes = await held.last_outcomes(database)
    rows = await held.listed(database)
    table = Table(
        "Shortcomings that are open",
        (Column("Weight"), Column("What"), Column("Where"), Column("Value", "amount"),
         Column("Unit"), Column("Evidence"), Column("Since"), Column("What may be done")),
        [
            (row["severity"], check_of(row["checked"]).title, row["object"],
             round(row["value"], 2), row["unit"], level(row["evidence"]),
             f"{row['first_seen']:%Y-%m-%d}",
             check_of(row["checked"]).remedy)
            for row in rows
        ],
        empty="Nothing is open.",
    )  # fmt: skip
    return Section("What is wrong with the repository", (_said(outcomes, rows),), (table,))


def _said(outcomes: held.Rows, rows: held.Rows) -> Sentence:
    if not outcomes:
        return Sentence("Nobody has assessed the repository yet: cinv shortcomings assess.", "bad")
    skipped = sum(each["state"] == "skipped" for each in outcomes)
    asked = (
        f"Assessed on {outcomes[0]['assessed_at']:%Y-%m-%d} by {len(outcomes)} checks, "
        f"of which {skipped} could not be asked."
    )
    critical = sum(row["severity"] == "critical" for row in rows)
    if critical:
        return Sentence(f"{critical} shortcomings are critical. {asked}", "bad")
    return Sentence(asked, "good" if not rows else "plain")


async def _of_house(database: Database, month: Month) -> Section:
    rows = await finding.counts(database, month.start, month.stop)
    table = Table(
        "Open findings",
        (Column("Kind"), Column("Open", "count"), Column("Found in the month", "count"),
         Column("Closed in the month", "count"), Column("Oldest")),
        [
            (row["kind"], row["open"], row["found"], row["closed"],
             f"{row['oldest']:%Y-%m-%d}" if row["oldest"] else None)
            for row in rows
        ],
        empty="There is none.",
    )  # fmt: skip
    count = sum(row["open"] for row in rows)
    said = (
        Sentence(f"{count:,} findings are open: cinv record findings lists them.")
        if count
        else Sentence("No finding is open.", "good")
    )
    return Section("What is open", (said,), (table,), Chart("Open findings, by kind", 1))
