"""What a file that declares access would change, and changing it.

Nothing is permitted by that: grants are asked for, and decided by people as ever. What a file does
not name is left as it is, but for a person whom it names: what is not listed of theirs ends.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.declared import present
from customer_inventory.access.declared.form import NAMES, Declared, Grant, Process, Purpose
from customer_inventory.access.grant import granting, people
from customer_inventory.access.registration import register, terms_by_type
from customer_inventory.kit.clock import now
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database, Row

Do = Callable[[Database, Decision], Awaitable[object]]


@dataclass(frozen=True)
class Change:
    """One thing that differs from the file: what, how it is met (`action`), and the difference.

    An action is `register`, `change`, `end`, `ask`, or `wait` for what others decide.
    """

    what: str
    action: str
    difference: str
    do: Do | None = None


async def plan(database: Database, declared: Declared) -> list[Change]:
    """Return what differs from the file; raise FileError for a grant of what is not registered."""
    processes = await present.processes_now(database)
    purposes = await present.purposes_now(database)
    for grant in declared.grants:
        if grant.process not in {*processes, *declared.processes}:
            raise grant.at.wrong(f"there is no process {grant.process!r}, here or registered.")
        if grant.purpose not in {*purposes, *declared.purposes}:
            raise grant.at.wrong(f"there is no purpose {grant.purpose!r}, here or registered.")
    return [
        *_of_purposes(declared, purposes),
        *_of_people(declared, await present.people_now(database)),
        *_of_processes(declared, processes),
        *_of_grants(declared, await present.grants_now(database)),
    ]


async def apply(database: Database, changes: list[Change], *, by: Decision) -> list[Change]:
    """Make the changes, in the name of `by`; return those that wait for others."""
    for change in changes:
        if change.do is not None:
            await change.do(database, by)
    return [change for change in changes if change.do is None]


def _of_purposes(declared: Declared, now_there: dict[str, Purpose]) -> Iterator[Change]:
    for code, purpose in declared.purposes.items():
        difference = _difference(now_there.get(code), purpose)
        if difference:
            action = "change" if code in now_there else "register"
            do = partial(_register_purpose, code, purpose)
            yield Change(f"purpose {code}", action, difference, do)


def _of_processes(declared: Declared, now_there: dict[str, Process]) -> Iterator[Change]:
    for name, process in declared.processes.items():
        difference = _difference(now_there.get(name), process)
        if difference:
            action = "change" if name in now_there else "register"
            yield Change(f"process {name}", action, difference, partial(_register, name, process))


def _of_people(declared: Declared, now_there: dict[str, tuple[str, ...]]) -> Iterator[Change]:
    for person, capacities in declared.people.items():
        held = now_there.get(person, ())
        for capacity in sorted({*capacities, *held}):
            do = partial(_register_capacity, person, capacity, ends=capacity not in capacities)
            if capacity not in held:
                yield Change(f"person {person}", "register", f"+ {capacity}", do)
            elif capacity not in capacities:
                yield Change(f"person {person}", "end", f"- {capacity}", do)


def _of_grants(declared: Declared, now_there: present.Grants) -> Iterator[Change]:
    for grant in declared.grants:
        rows = now_there.get((grant.process, grant.purpose, grant.part), [])
        in_force = [row for row in rows if row["state"] == "active"]
        if any(_is_met(grant, row) for row in in_force):
            continue
        part = f" ({grant.part})" if grant.part else ""
        what = f"grant of {grant.process} for {grant.purpose}{part}"
        under_way = [row for row in rows if row["state"] != "active"]
        for row in under_way:
            same = "it is" if _is_met(grant, row) else "another is"
            yield Change(what, "wait", f"{same} {row['state']}: {row['id']}")
        if not under_way:
            difference = _operations_differ(grant, in_force)
            yield Change(what, "ask", difference, partial(_ask, grant))


def _is_met(grant: Grant, row: Row) -> bool:
    _, wanted = granting.asked_for(grant.permissions)
    return (
        parse(row["permissions"].encode()) == wanted
        and parse(row["terms"].encode()) == terms_by_type(grant.permissions)
        and (grant.until is None or row["valid_to"] >= grant.until)
    )


def _operations_differ(grant: Grant, in_force: list[Row]) -> str:
    _, wanted = granting.asked_for(grant.permissions)
    held: dict[str, list[str]] = parse(in_force[0]["permissions"].encode()) if in_force else {}
    told = [
        f"{sign} {kind}:{word}"
        for kind in sorted({*wanted, *held})
        for sign, some, others in (("+", wanted, held), ("-", held, wanted))
        for word in some.get(kind, ())
        if word not in others.get(kind, ())
    ]
    return ", ".join(told) or "other terms or a later end"


def _difference(held: Any, wanted: Any) -> str:
    """Return what differs between two declared things, attribute by attribute."""
    told = []
    for each in fields(wanted):
        new, old = getattr(wanted, each.name), getattr(held, each.name, None)
        if new != old:
            told.append(f"{NAMES.get(each.name, each.name)}: {_word(old)} -> {_word(new)}")
    return ", ".join(told)


def _word(value: object) -> str:
    return (
        "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )


async def _register_purpose(code: str, purpose: Purpose, database: Database, by: Decision) -> None:
    await people.register_purpose(
        database,
        code,
        title=purpose.title,
        legal_basis=purpose.legal_basis,
        requires_consent=purpose.requires_consent,
        despite_restriction=purpose.despite_restriction,
        despite_objection=purpose.despite_objection,
        privacy_purposes=purpose.privacy_purposes,
        is_retired=purpose.state == "retired",
        registered_by=by.entered_by,
    )


async def _register(name: str, process: Process, database: Database, by: Decision) -> None:
    told = {each.name: getattr(process, each.name) for each in fields(process)}
    await register(database, name, **told, reason=by.reason, registered_by=by.entered_by)


async def _register_capacity(
    person: str, capacity: str, database: Database, by: Decision, *, ends: bool
) -> None:
    until = now() if ends else None
    await people.register_capacity(
        database, person, capacity, until=until, registered_by=by.entered_by
    )


async def _ask(grant: Grant, database: Database, by: Decision) -> None:
    await granting.request(
        database,
        grant.process,
        permissions=grant.permissions,
        valid_until=grant.asked_until,
        by=replace(by, reason=grant.reason),
        part=grant.part,
    )
