"""Packs of rules between records that operators declare for audits: versions, and who decided.

Their life is that of all that is declared and decided on (`access.lifecycle`). What is enforced is
asked by every audit, besides what comes with the product and what follows from requirements.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from customer_inventory.access.decision import Decision
from customer_inventory.access.lifecycle import Lifecycle, State
from customer_inventory.audit.compiling import of_pack
from customer_inventory.audit.drifting import DRIFTS
from customer_inventory.audit.rule import Rule
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.kit.located import FileError
from customer_inventory.record.document import parse
from customer_inventory.record.register.pack import RECORDS, Pack, parse_pack, read_pack
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


class NoSuchPack(NotFound):
    """No pack has that name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no pack {name!r}.", hint="`cinv audit packs list` names them all."
        )


LIFE = Lifecycle(
    objects="audit.pack",
    versions="audit.pack_version",
    decisions="audit.pack_decision",
    command="cinv audit packs",
    missing=NoSuchPack,
)
latest, versions, decisions = LIFE.latest, LIFE.versions_of, LIFE.steps
review, approve, reject = LIFE.review, LIFE.approve, LIFE.reject
suspend = LIFE.suspend


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A pack in force that cannot be read any more, and why: nothing of it is asked."""

    pack: str
    version: int
    reason: str


async def in_force(database: Database) -> list[Rule]:
    """Return the rules of the packs in force, of the product's first."""
    rules = list(shipped())
    for row in await LIFE.in_state(database, "enforced"):
        with suppress(FileError):
            rules += of_pack(_said(row))
    return rules


async def unreadable(database: Database) -> list[Unreadable]:
    """Return the packs in force of which nothing is asked, since they cannot be read any more.

    What one names may be declared no more: that stops nothing else.
    """
    found = []
    for row in await LIFE.in_state(database, "enforced"):
        try:
            _said(row)
        except FileError as error:
            found.append(Unreadable(row["id"], row["version"], error.message))
    return found


@cache
def shipped() -> tuple[Rule, ...]:
    """Return the rules between records that every audit asks."""
    return tuple(of_pack(read_pack(RECORDS)))


async def propose(database: Database, text: str, *, by: Decision) -> tuple[Pack, int | None]:
    """Propose the pack that a file says; return it with its number, None if it says the same.

    Raises FileError for a file that is wrong, Conflict for ids of rules that another pack has,
    while another version is under way, and for a pack that is retired.
    """
    pack = parse_pack(text)
    async with database.transaction() as connection:
        await connection.execute(SQL.hold_packs)
        await _demand_own(database, pack)
        made = await connection.fetchval(SQL.make_pack, pack.name)
        if not made:
            raise Invalid(
                f"{pack.name!r} is no name of a pack.", path="pack",
                hint="Use small letters, digits and hyphens, such as billing-agrees.",
            )  # fmt: skip
        return pack, await LIFE.propose(connection, pack.name, {"text": text}, by=by)


async def enforce(database: Database, name: str, *, by: Decision) -> None:
    """Put what is approved in force, in place of what was; raise Conflict as `propose` does."""
    async with database.transaction() as connection:
        row = await _stepping(database, connection, name, "approved")
        await LIFE.enforce(connection, name, row["version"], by=by)


async def resume(database: Database, name: str, *, by: Decision) -> None:
    """Let what is suspended be in force again; raise Conflict as `propose` does."""
    async with database.transaction() as connection:
        row = await _stepping(database, connection, name, "suspended")
        await LIFE.mark(connection, name, row["version"], "enforced", by=by)


async def retire(database: Database, name: str, *, by: Decision) -> None:
    """Let a pack be no more; its history stays, and what it found is asked no more."""
    async with database.transaction() as connection:
        await LIFE.retire(connection, name, by=by)


async def _stepping(database: Database, connection: Connection, name: str, state: State) -> Row:
    """Return the version in a state that is to be in force; raise Conflict when it cannot be."""
    await connection.execute(SQL.hold_packs)
    row = await LIFE.version_in(connection, name, state)
    await _demand_own(database, _said(row))
    return row


async def _demand_own(database: Database, pack: Pack) -> None:
    """Raise Conflict for a name, or ids of rules, that are another's."""
    if pack.name == RECORDS:
        raise Conflict("The pack records comes with the product, and every audit asks it.")
    taken = {rule.id: RECORDS for rule in shipped()} | {each.id: "drift" for each in DRIFTS}
    for row in await LIFE.in_state(database, "proposed", "reviewed", "approved", "enforced"):
        if row["id"] != pack.name:
            taken |= dict.fromkeys(_ids(row), row["id"])
    for rule in pack.rules:
        if rule.id in taken:
            raise Conflict(f"{rule.id} is a rule of {taken[rule.id]}.", hint="Take another id.")


def _ids(row: Row) -> Iterable[str]:
    try:
        return [rule.id for rule in _said(row).rules]
    except FileError:
        return ()


def _said(row: Row) -> Pack:
    return parse_pack(parse(row["content"])["text"])
