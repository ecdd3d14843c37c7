"""Alerts as an Alertmanager takes them (API version 2), sent again as long as they hurt.

https://prometheus.io/docs/alerting/latest/alerts_api: labels tell alerts apart, annotations say
more; one is over at `endsAt`. We say each minute that one goes on for some minutes more, so that
it ends by itself if we cannot say so any more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode
from customer_inventory.shortcomings.check import Check
from customer_inventory.shortcomings.handover.document import REPOSITORY, instant
from customer_inventory.shortcomings.handover.remote import token_in
from customer_inventory.store.database import Row
from customer_inventory.store.fetch import call
from customer_inventory.store.outward import Allowed

GOES_ON = timedelta(minutes=4)
"""So long an alert goes on after it was last told: four times as often as it is."""

_PLACE = "/api/v2/alerts"
_MOST = 65_536
_OK = range(200, 300)


def alert(row: Row, check: Check, at: datetime, public_url: str | None) -> dict[str, Any]:
    """Return a symptom as an alert; one that is over says since when."""
    ends = row["ended_at"] or at + GOES_ON
    said = f"{row['object']}: {row['value']:g} {row['unit']}, {row['severity']}".replace("  ", " ")
    told: dict[str, Any] = {
        "labels": {
            "alertname": f"InventoryRepository{check.id}",
            "service": REPOSITORY,
            "check": check.id,
            "object": row["object"],
            "severity": row["severity"],
            "fingerprint": row["fingerprint"],
        },
        "annotations": {
            "summary": check.title,
            "description": f"{said}. {check.risk}",
            "remedy": check.remedy,
            "value": f"{row['value']:g}",
        },
        "startsAt": instant(row["started_at"]),
        "endsAt": instant(ends),
    }
    if public_url is not None:
        place = f"{public_url.rstrip('/')}/inventory/v1/shortcoming/{row['fingerprint']}"
        told["generatorURL"] = place
    return told


async def send(settings: Settings, alerts: Sequence[Mapping[str, Any]]) -> None:
    """Send alerts to the Alertmanager that is configured; raise Unavailable unless it takes them.

    Raises AddressRefused for an address that may not be called.
    """
    if settings.alertmanager_url is None or not alerts:
        return
    headers = {"content-type": "application/json"}
    if settings.alertmanager_token is not None:
        headers["authorization"] = f"Bearer {token_in(settings.alertmanager_token)}"
    reply = await call(
        "POST", f"{settings.alertmanager_url.rstrip('/')}{_PLACE}",
        Allowed.parse(settings.callback_allow), body=encode(list(alerts)), headers=headers,
        most=_MOST,
    )  # fmt: skip
    if reply.status not in _OK:
        raise Unavailable(f"The Alertmanager answered {reply.status}.")
