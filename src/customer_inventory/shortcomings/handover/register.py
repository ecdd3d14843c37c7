"""The register of shortcomings: what is open, handed over, mended and wrong, as a report."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from customer_inventory.kit.clock import now
from customer_inventory.kit.report.model import (
    Cell,
    Chart,
    Column,
    Kind,
    Report,
    Section,
    Sentence,
    Table,
    percent,
)
from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.check import level
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.option import share_gained
from customer_inventory.shortcomings.handover.ticket import Chosen
from customer_inventory.store.database import Database, Row

_AMOUNT: Kind = "figure"


async def register(database: Database, at: datetime | None = None) -> Report:
    """Return the register as it is now."""
    made = at or now()
    outcomes = await held.last_outcomes(database)
    everything = await held.listed(database, None)
    open_now = [row for row in everything if row["state"] in held.UNDECIDED]
    sections = (
        _open(open_now),
        await _handed_over(database),
        await _score(database),
        _left_be(everything),
        _asked(outcomes),
    )
    name = f"shortcomings-{made:%Y-%m-%d}"
    title = "Register of shortcomings of the customer inventory repository"
    return Report(name, title, made, _facts(outcomes), sections, said=(_said(open_now),))


def _said(rows: Sequence[Row]) -> Sentence:
    critical = sum(row["severity"] == "critical" for row in rows)
    if critical:
        return Sentence(f"{critical} of {len(rows)} that are open are critical.", "bad")
    if rows:
        return Sentence(f"{len(rows)} are open, none is critical.")
    return Sentence("Nothing is open.", "good")


def _facts(outcomes: Sequence[Row]) -> str:
    if not outcomes:
        return "Nobody has assessed the repository yet: cinv shortcomings assess."
    skipped = sum(each["state"] == "skipped" for each in outcomes)
    return (
        f"As of the assessment of {outcomes[0]['assessed_at']:%Y-%m-%d %H:%M} UTC by "
        f"{len(outcomes)} checks, of which {skipped} could not be asked."
    )


def _open(rows: Sequence[Row]) -> Section:
    heads = (
        Column("Fingerprint"), Column("Weight"), Column("State"), Column("Check"), Column("What"),
        Column("Where"), Column("Value", _AMOUNT), Column("Threshold", _AMOUNT), Column("Unit"),
        Column("Evidence"), Column("Since"), Column("Back", "count"), Column("What may be done"),
    )  # fmt: skip
    told: list[tuple[Cell, ...]] = [
        (
            row["fingerprint"], row["severity"], row["state"], row["checked"],
            check_of(row["checked"]).title, row["object"], _number(row["value"]),
            _number(row["threshold"]), row["unit"], level(row["evidence"]),
            f"{row['first_seen']:%Y-%m-%d}", row["times_reopened"],
            check_of(row["checked"]).remedy,
        )
        for row in rows
    ]  # fmt: skip
    table = Table("Open shortcomings", heads, told, empty="Nothing is open.")
    return Section("What is open", (_said(rows),), (table,))


async def _handed_over(database: Database) -> Section:
    rows = await ticket.listed(database, Chosen())
    heads = (
        Column("Ticket"), Column("Kind"), Column("Status"), Column("Where"), Column("Called there"),
        Column("What"), Column("Shortcoming"), Column("Raised"), Column("Changed"),
    )  # fmt: skip
    told: list[tuple[Cell, ...]] = [
        (
            row["id"], row["kind"], row["status"], row["place"], row["remote_id"],
            str(parse_object(row["document"])["name"]), row["fingerprint"],
            f"{row['raised_at']:%Y-%m-%d}", f"{row['changed_at']:%Y-%m-%d}",
        )
        for row in rows
    ]  # fmt: skip
    table = Table("Tickets", heads, told, empty="Nothing was handed over.")
    undone = sum(row["status"] in ticket.UNDONE for row in rows)
    said = Sentence(f"{undone} of {len(rows)} tickets are not over.") if rows else None
    return Section("What was handed over", (said,) if said else (), (table,))


async def _score(database: Database) -> Section:
    score = await held.scoreboard(database)
    heads = (
        Column("Where"), Column("Check"), Column("Before", _AMOUNT), Column("Promised", _AMOUNT),
        Column("Measured", _AMOUNT), Column("Unit"), Column("Gain promised", "share"),
        Column("Gain achieved", "share"), Column("False fixes", "count"), Column("Verdict"),
    )  # fmt: skip
    rows = [_scored(row) for row in await held.scores(database)]
    said = Sentence(
        f"{score['found']} were found, {score['raised']} handed over, {score['verified']} mended "
        f"and measured, {score['rejected']} wrong, {score['false_fixes']} said to be mended and "
        f"not. Promised were {percent(score['promised'])} of the value, achieved "
        f"{percent(score['achieved'])}, on average."
    )
    table = Table("Gain promised and achieved", heads, rows, empty="Nothing was mended yet.")
    chart = Chart("The share of its value that each fix gained", 7) if rows else None
    return Section("What was promised and achieved", (said,), (table,), chart)


def _scored(row: Row) -> tuple[Cell, ...]:
    is_mended, before = row["verified_at"] is not None, row["before_value"]
    verdict = "wrong" if row["is_wrong"] else "mended" if is_mended else "not mended"
    promised = share_gained(before, row["promised_value"]) if is_mended else None
    achieved = share_gained(before, row["last_value"]) if is_mended else None
    return (
        row["object"], row["checked"], _number(before), _number(row["promised_value"]),
        _number(row["last_value"]), row["unit"], _number(promised), _number(achieved),
        row["false_fixes"], verdict,
    )  # fmt: skip


def _left_be(rows: Sequence[Row]) -> Section:
    heads = (Column("State"), Column("Check"), Column("Where"), Column("Until"))
    told: list[tuple[Cell, ...]] = [
        (
            row["state"], row["checked"], row["object"],
            f"{row['snoozed_until']}" if row["snoozed_until"] else None,
        )
        for row in rows
        if row["state"] in ("snoozed", "rejected")
    ]  # fmt: skip
    table = Table("Snoozed and rejected", heads, told, empty="Nothing is.", is_folded=True)
    return Section("What is left be", (), (table,))


def _asked(outcomes: Sequence[Row]) -> Section:
    heads = (
        Column("Check"), Column("What"), Column("Came out"), Column("Found", "count"),
        Column("Why not asked"),
    )  # fmt: skip
    told: list[tuple[Cell, ...]] = [
        (
            row["checked"], check_of(row["checked"]).title, row["state"], row["found"],
            row["reason"],
        )
        for row in outcomes
    ]  # fmt: skip
    table = Table("Checks", heads, told, empty="None was asked.", is_folded=True)
    return Section("What was asked", (), (table,))


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.4f}")
