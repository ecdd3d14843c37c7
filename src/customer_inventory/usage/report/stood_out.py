"""What stood out in a month: anomalies, without whom they are about."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.report.model import Chart, Column, Section, Sentence, Table
from customer_inventory.store.database import Database
from customer_inventory.usage.anomaly.held import UNDECIDED, WHAT, Chosen, anomalies, last_look

_MOST = 1000
STATES = {
    "open": "open", "lookedInto": "is looked into", "confirmed": "confirmed",
    "explained": "explained", "falseAlarm": "false alarm",
}  # fmt: skip

Anomalies = Sequence[Mapping[str, Any]]


async def stood_out(database: Database, month: Month) -> Section:
    """Return the anomalies of a month, the latest first, and whether anybody looks for them."""
    found = await anomalies_of(database, month)
    looked = await last_look(database)
    rows = [
        (each["process"], each["what"], each["severity"], STATES[each["state"]],
         f"{each['began_at']:%-d %B, %H:%M}")
        for each in found
    ]  # fmt: skip
    heads = tuple(map(Column, ("Process", "What stood out", "Severity", "State", "Since (UTC)")))
    kinds = Counter(each["kind"] for each in found)
    counts = [(WHAT[kind].capitalize(), count) for kind, count in kinds.most_common()]
    tables = (
        Table("Anomalies by kind", (Column("Kind"), Column("Anomalies", "count")), counts,
              empty="There is none."),
        Table("Anomalies", heads, rows, empty="There is none.", is_folded=True),
    )  # fmt: skip
    return Section("What stood out", (_said(found, looked),), tables, Chart("Anomalies", 1))


async def anomalies_of(database: Database, month: Month) -> Anomalies:
    """Return the anomalies that reach into a month, whatever was decided of them."""
    chosen = Chosen(states=None, since=month.start, until=month.stop)
    return await anomalies(database, chosen, limit=_MOST)


def undecided(found: Anomalies) -> Anomalies:
    """Return those of which nobody has decided what they are."""
    return [each for each in found if each["state"] in UNDECIDED]


def _said(found: Anomalies, looked: datetime | None) -> Sentence:
    if looked is None:
        return Sentence("Nobody has looked for anomalies: cinv usage anomalies.")
    waiting = len(undecided(found))
    if waiting:
        return Sentence(f"{waiting} of {len(found)} anomalies wait for somebody to decide.", "bad")
    return Sentence(f"{len(found)} anomalies were found, and all of them decided.", "good")
