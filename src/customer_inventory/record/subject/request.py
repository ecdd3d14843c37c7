"""Requests of data subjects as cases: GDPR articles 15 to 21, with deadline and history.

received -> verified (identity checked) -> completed, or refused from either. Answered within a
month, which may be extended once by two further months (article 12(3)).
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.kit.ids import bucket_of, new_id
from customer_inventory.record.document import encode, parse
from customer_inventory.record.subject.belonging import check_known
from customer_inventory.record.subject.reason import check_case
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

KINDS = ("access", "rectification", "restriction", "objection", "erasure", "portability")
ANSWERED_BY_PACKAGE = ("access", "portability")

_TRIES = 20
_MONTHS = 1
_MONTHS_EXTENDED = 3
_FROM = {
    "verify": ("received",),
    "extend": ("received", "verified"),
    "refuse": ("received", "verified"),
    "complete": ("verified",),
}
_TO = {"verify": "verified", "refuse": "refused", "complete": "completed"}


class NoSuchRequest(NotFound):
    """There is no request of a data subject with that id."""

    def __init__(self) -> None:
        super().__init__("There is no request of a data subject with this id.", path="id")


class NotNow(Conflict):
    """The state of the request does not allow that step."""

    def __init__(self, step: str, state: str) -> None:
        needed = " or ".join(_FROM[step])
        super().__init__(
            f"A request that is {state} cannot be taken by the step {step}.",
            hint=f"It must be {needed}.",
        )


class NotByPackage(Conflict):
    """The request is not one that a package answers, or not yet."""


@dataclass(frozen=True, slots=True)
class Request:
    """A case: whose, of which kind, how far, due when; `steps` tell who did what and when."""

    id: str
    subject_id: str
    kind: str
    state: str
    received_at: datetime
    due_at: datetime
    is_extended: bool
    ended_at: datetime | None
    steps: tuple[Mapping[str, Any], ...]
    revision: int

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.ended_at is None


def months_after(instant: datetime, months: int) -> datetime:
    """Return the same day `months` later, or the last of that month where there is no such day.

    So periods in months end by Regulation (EEC, Euratom) 1182/71, article 3.
    """
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last))


async def open_request(
    database: Database,
    kind: str,
    subject_id: str,
    *,
    received_at: datetime | None = None,
    actor: Actor,
) -> Request:
    """Open a case for a request received now, or at `received_at`.

    Raises Invalid for an unknown kind or a time to come, NoSuchSubject for an unknown subject.
    """
    if kind not in KINDS:
        raise Invalid(f"must be one of {', '.join(KINDS)}.", path="kind")
    await check_known(database, subject_id)
    received = received_at or now()
    if received > now():
        raise Invalid("is in the future.", path="receivedAt")
    bucket = bucket_of(subject_id)
    row = await database.row(
        SQL.open_request,
        new_id(bucket),
        bucket,
        subject_id,
        kind,
        received,
        months_after(received, _MONTHS),
        encode([_step("open", actor, None)]),
    )
    assert row is not None  # noqa: S101 - an INSERT returns its row
    return _read(row)


async def take(
    database: Database, identifier: str, step: str, *, reference: str, actor: Actor
) -> Request:
    """Take a request one step on: verify, extend, refuse or complete.

    `reference` says how: the proof of identity, the reason, or what was done (the id of an
    erasure); never free text, for it stays when the subject is gone. Raises NoSuchRequest,
    NotNow, and Invalid for a reference that is none.
    """
    check_case(reference, "reference")
    request = await one(database, identifier)
    if request.state not in _FROM[step] or (step == "extend" and request.is_extended):
        raise NotNow(step, f"{request.state} and extended" if step == "extend" else request.state)
    state = _TO.get(step, request.state)
    extended = request.is_extended or step == "extend"
    months = _MONTHS_EXTENDED if extended else _MONTHS
    row = await database.row(
        SQL.take_request,
        identifier,
        bucket_of(identifier),
        request.revision,
        state,
        months_after(request.received_at, months),
        extended,
        now() if state in ("completed", "refused") else None,
        encode([*request.steps, _step(step, actor, reference)]),
    )
    if row is None:
        raise Conflict("Somebody else took this request on.", hint="Look at it again.")
    return _read(row)


async def note(
    database: Database, identifier: str, step: str, reference: str, *, actor: Actor
) -> None:
    """Keep in a request what was done for it, whatever its state: it may have been answered."""
    for _ in range(_TRIES):
        request = await one(database, identifier)
        steps = [*request.steps, _step(step, actor, reference)]
        key = (identifier, bucket_of(identifier), request.revision)
        if await database.row(SQL.note_step, *key, encode(steps)) is not None:
            return
    raise Conflict("Others keep changing this request.", hint="Try again in a moment.")


async def one(database: Database, identifier: str) -> Request:
    """Return a request; raise NoSuchRequest when there is none."""
    row = await database.row(SQL.one_request, identifier, bucket_of(identifier))
    if row is None:
        raise NoSuchRequest
    return _read(row)


async def answerable_by_package(database: Database, identifier: str) -> Request:
    """Return a request that the subject's package answers: for access or portability, verified.

    Raises NoSuchRequest, and NotByPackage for another kind or an identity nobody has checked.
    """
    request = await one(database, identifier)
    if request.kind not in ANSWERED_BY_PACKAGE:
        raise NotByPackage(
            f"A request for {request.kind} is not answered by a package.",
            hint=f"Those for {' and '.join(ANSWERED_BY_PACKAGE)} are.",
        )
    if request.state not in ("verified", "completed"):
        raise NotByPackage(
            f"The request is {request.state}.",
            hint="Check the identity and verify it first: the package must not go astray.",
        )
    return request


async def requests(
    database: Database, *, is_open: bool = False, limit: int = 1000
) -> list[Request]:
    """Return requests, those due first before others: the open ones, or all."""
    return [_read(row) for row in await database.fetch(SQL.list_requests, is_open, limit)]


async def overdue(database: Database) -> list[Request]:
    """Return the open requests whose deadline has passed."""
    return [each for each in await requests(database, is_open=True) if each.due_at < now()]


def _step(step: str, actor: Actor, reference: str | None) -> dict[str, Any]:
    return {
        "step": step,
        "at": now().isoformat(),
        "process": actor.process,
        "person": actor.person,
        "reference": reference,
    }


def _read(row: Row) -> Request:
    values = dict(row)
    return Request(**{**values, "steps": tuple(parse(values["steps"]))})
