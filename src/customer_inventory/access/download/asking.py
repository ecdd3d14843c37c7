"""A download asked for, and decided on: what one may ask, who must agree, how many at once."""

from dataclasses import dataclass

from customer_inventory.access.download import canary
from customer_inventory.access.download.encoding import Compression, Format, check_available
from customer_inventory.access.download.job import Download, of_row
from customer_inventory.access.download.mark import Marks
from customer_inventory.access.download.source import Source
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, Refused
from customer_inventory.kit.ids import new_id
from customer_inventory.record.subject.reason import check_case
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LONGEST_DOMAIN = 100
LONGEST_QUERY = 8192


class TooManyDownloads(Conflict):
    """The process has as many downloads under way as it may."""

    code = "tooManyDownloads"


@dataclass(frozen=True)
class Asked:
    """How the file is to be.

    `for_people` guards formulas in CSV, `canaries` is how many records are planted; with
    `pseudonym_domain` ids are replaced by those of that recipient. `reason` refers to a case.
    """

    query: str = ""
    format: Format = "ndjson"
    compression: Compression = "none"
    for_people: bool = False
    canaries: int = 0
    pseudonym_domain: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Limits:
    """More rows than these need approval; a process may have so many; files stay so long."""

    approval_rows: int
    per_process: int
    hours: int


def check(source: Source, asked: Asked) -> None:
    """Raise Invalid for what does not go together, Unavailable for what cannot be written here."""
    check_available(asked.format)
    if asked.for_people and asked.format != "csv":
        raise Invalid("is for CSV alone.", path="spreadsheet", hint="Ask for text/csv.")
    if not 0 <= asked.canaries <= canary.MOST:
        raise Invalid(f"must be a whole number from 0 to {canary.MOST}.", path="canaries")
    if asked.canaries:
        canary.check_type(source.declared)
    domain = asked.pseudonym_domain
    if domain is not None and not (0 < len(domain) <= LONGEST_DOMAIN and domain.isprintable()):
        raise Invalid(f"must be a name of 1 to {LONGEST_DOMAIN} characters.", path="pseudonymFor")
    if len(asked.query) > LONGEST_QUERY:
        raise Invalid(f"is longer than {LONGEST_QUERY} characters.", path="query")
    if asked.reason is not None:
        check_case(asked.reason)


async def keep(
    database: Database,
    source: Source,
    asked: Asked,
    *,
    expected: int,
    limits: Limits,
    marks: Marks,
    actor: Actor,
) -> Download:
    """Keep a job that was asked for; it waits if `expected` rows are more than go without approval.

    Raises TooManyDownloads.
    """
    identifier = new_id()
    needs_approval = expected > limits.approval_rows
    async with database.transaction() as connection:
        await _check_number(connection, actor.process, limits.per_process)
        row = await connection.fetchrow(
            SQL.keep_download,
            identifier,
            actor.process,
            actor.purpose,
            actor.person,
            actor.person or actor.process,
            asked.reason,
            source.declared.name,
            source.path,
            asked.query,
            asked.format,
            asked.compression,
            asked.for_people,
            asked.canaries,
            asked.pseudonym_domain,
            marks.watermark(identifier),
            expected,
            needs_approval,
            "waiting" if needs_approval else "notStarted",
        )
    assert row is not None  # noqa: S101 - an INSERT without conditions returns its row
    return of_row(row)


async def approve(database: Database, found: Download, *, person: str | None) -> Download:
    """Let a waiting job go on; `person` owns data of its type and is not who asked.

    Raises Conflict for a job that does not wait, and Refused.
    """
    capacity = await _capacity(database, found, person)
    row = await database.row(SQL.approve_download, found.id, person, capacity)
    return _decided(found, of_row(row) if row else None)


async def reject(
    database: Database, found: Download, *, person: str | None, reason: str
) -> Download:
    """Refuse a waiting job, for a reason that is told; as `approve` otherwise."""
    if not reason.strip():
        raise Invalid("is missing.", path="reason", hint="Say why.")
    await _capacity(database, found, person)
    row = await database.row(SQL.reject_download, found.id, person, reason.strip())
    return _decided(found, of_row(row) if row else None)


async def _check_number(connection: Connection, process: str, most: int) -> None:
    await connection.fetchval(SQL.lock_process, process)
    if await connection.fetchval(SQL.count_unfinished, process) >= most:
        raise TooManyDownloads(
            f"The process {process} has {most} downloads under way already.",
            hint="Wait until one is done, or cancel one.",
        )


async def _capacity(database: Database, found: Download, person: str | None) -> str:
    if not person:
        raise Refused("A person decides on a download.", hint="Use a token issued for a person.")
    if person == found.requested_by:
        raise Refused("Nobody decides on what they asked for.", hint="Let another person decide.")
    wanted = f"dataOwner:{found.record_type}"
    capacity = await database.value(SQL.capacity_of, person, [wanted, "dataOwner:*"])
    if capacity is None:
        raise Refused(
            f"{person} is not {wanted}.", hint="`cinv access person add` registers who is."
        )
    return str(capacity)


def _decided(found: Download, decided: Download | None) -> Download:
    if decided is None:
        raise Conflict(f"The download is {found.state}.", hint="Only waiting ones are decided on.")
    return decided
