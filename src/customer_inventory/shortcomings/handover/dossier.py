"""The dossier of a shortcoming: all that whoever mends it needs to judge it, in JSON and Markdown.

It holds figures of the server and the statement that asks for them, and never a value that a
statement was called with: that may be a customer's.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from customer_inventory import __version__
from customer_inventory.record.document import encode, parse_object
from customer_inventory.shortcomings.check import Check
from customer_inventory.shortcomings.handover.option import Option, remedy_of
from customer_inventory.store.database import Row

_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a value is critical if nothing new happens; `said` is how that is known."""

    at: date | None
    said: str


@dataclass(frozen=True, slots=True)
class Besides:
    """What others found out about a shortcoming, beyond its check: all of it may be missing.

    `options` come before what the check advises, the best first; `impact` says whom it hurts.
    """

    options: tuple[Option, ...] = ()
    forecast: Forecast | None = None
    impact: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A shortcoming as it is handed over. `window` is in days, `value` in the check's unit."""

    fingerprint: str
    check: str
    title: str
    object: str
    severity: str
    evidence: str
    value: float
    threshold: float
    unit: str
    window: float
    figures: Mapping[str, Any]
    options: tuple[Option, ...]
    risk: str
    impact: str | None
    forecast: Forecast | None
    acceptance: str
    statement: str
    floor: str
    seen: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    versions: Mapping[str, str]
    made_at: str

    @property
    def best(self) -> Option:
        """The option that is promised."""
        return self.options[0]

    @property
    def gain(self) -> float:
        """By how much the best option lowers the value."""
        return self.value - self.best.expected

    def as_json(self) -> bytes:
        """Return the dossier for programs."""
        return encode(asdict(self))

    def as_markdown(self) -> str:
        """Return the dossier for people."""
        return "\n".join([*_head(self), *_what_to_do(self), *_proof(self)]) + "\n"

    def attachments(self) -> list[dict[str, Any]]:
        """Return both forms as attachments of TMF621 v5."""
        return [
            _attachment("dossier.md", "text/markdown", self.as_markdown().encode()),
            _attachment("dossier.json", "application/json", self.as_json()),
        ]


def dossier(
    row: Row,
    steps: Sequence[Row],
    check: Check,
    *,
    days: float,
    server: str,
    at: datetime,
    besides: Besides,
) -> Dossier:
    """Return the dossier of a shortcoming as it is held (`row`, `steps`).

    `days` is of how many days the server's statistics are, `server` its version.
    """
    here, now_below = row["object"], f"below {check.warn:g} {check.unit}".rstrip()
    return Dossier(
        fingerprint=row["fingerprint"],
        check=check.id,
        title=check.title,
        object=here,
        severity=row["severity"],
        evidence=besides.evidence or row["evidence"],
        value=row["value"],
        threshold=row["threshold"],
        unit=check.unit,
        window=round(days, 2),
        figures=parse_object(row["figures"]),
        options=(*besides.options, remedy_of(check, row["value"])),
        risk=check.risk,
        impact=besides.impact,
        forecast=besides.forecast,
        acceptance=f"Check {check.id} has nothing of {here}, or a value {now_below}: "
        f"cinv shortcomings verify {row['fingerprint']} --reason …",
        statement=check.statement or "The check asks the folder of backups, not the server.",
        floor=f"{check.floor:g} {check.floor_unit}".rstrip(),
        seen={
            "first": _instant(row["first_seen"]),
            "last": _instant(row["last_seen"]),
            "timesReopened": row["times_reopened"],
        },
        history=[_step(each) for each in steps],
        versions={"customer-inventory": __version__, "postgresql": server},
        made_at=_instant(at),
    )


def _head(of: Dossier) -> list[str]:
    lines = [
        f"# {of.title}: {of.object}",
        "",
        (
            f"{of.severity.capitalize()}: {of.value:g} {of.unit}, a shortcoming from "
            f"{of.threshold:g} {of.unit} on. Check {of.check}, fingerprint `{of.fingerprint}`."
        ),
        "",
        f"**If nothing is done:** {of.risk}",
    ]
    if of.impact:
        lines += ["", f"**Whom it hurts:** {of.impact}"]
    if of.forecast:
        at = f"{of.forecast.at:%Y-%m-%d}: " if of.forecast.at else ""
        lines += ["", f"**If it goes on like this:** {at}{of.forecast.said}"]
    return lines


def _what_to_do(of: Dossier) -> list[str]:
    lines = ["", "## What may be done"]
    for number, each in enumerate(of.options, 1):
        gain = of.value - each.expected
        lines += [
            "",
            f"{number}. {each.said}",
            f"   - gain: at least {gain:g} {of.unit}, to {each.expected:g}: {each.basis}",
            f"   - cost: {each.cost}",
            f"   - undo: {each.undo}",
        ]
    return [*lines, "", "## When it is accepted as mended", "", of.acceptance]


def _proof(of: Dossier) -> list[str]:
    figures = [f"| {name} | {value} |" for name, value in of.figures.items()]
    happened = [
        f"| {each['at']} | {each['state']} | {each.get('value', '')} | {each.get('reason', '')} |"
        for each in of.history
    ]
    versions = ", ".join(f"{name} {version}" for name, version in of.versions.items())
    return [
        "",
        "## Proof",
        "",
        (
            f"Evidence: {of.evidence}. The server's statistics are of {of.window:g} days. Seen "
            f"first {of.seen['first']}, last {of.seen['last']}; back {of.seen['timesReopened']} "
            "times."
        ),
        "",
        *(["| figure | value |", "|---|---|", *figures, ""] if figures else []),
        f"Asked by (its parameter is the floor, {of.floor}):",
        "",
        f"{_FENCE}sql",
        of.statement,
        _FENCE,
        "",
        *(["| at | state | value | why |", "|---|---|---|---|", *happened, ""] if happened else []),
        f"Made {of.made_at} by {versions}.",
    ]


def _attachment(name: str, media: str, content: bytes) -> dict[str, Any]:
    return {
        "@type": "Attachment",
        "name": name,
        "attachmentType": "dossier",
        "mimeType": media,
        "content": base64.b64encode(content).decode(),
        "size": {"amount": len(content), "units": "bytes"},
    }


def _step(row: Row) -> dict[str, Any]:
    told = {"at": _instant(row["at"]), "state": row["state"], "value": row["value"]}
    return {
        name: value
        for name, value in {**told, "reason": row["reason"]}.items()
        if value is not None
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
