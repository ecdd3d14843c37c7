"""Documents checked by the schemas registered for them, from memory."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse
from customer_inventory.record.extension.registry import CHANNEL, Extension, registered
from customer_inventory.record.extension.schema import Validator, attributes, compiled
from customer_inventory.record.validate import Problem, Rejected, dotted, problems
from customer_inventory.store.database import Database, Listener

_SECONDS_UNHEARD = 5.0
"""So long schemas are taken as they were read where nobody listens (a command)."""

Steps = tuple[str | int, ...]


_ENOUGH_PROBLEMS = 20


@dataclass(frozen=True, eq=False)
class Check:
    """A registered schema made ready."""

    extension: Extension
    validator: Validator
    attributes: frozenset[str]


class OfType:
    """The schemas registered for one record type, found by what documents name."""

    def __init__(self) -> None:
        self._by_location: dict[str, list[Check]] = {}
        self._by_entity: dict[str, list[Check]] = {}

    def add(self, check: Check) -> None:
        """Add a schema."""
        of = check.extension
        for name, found in ((of.location, self._by_location), (of.entity, self._by_entity)):
            if name is not None:
                found.setdefault(name, []).append(check)

    def checks(self, node: Document) -> list[Check]:
        """Return those for `node`: by the location it names, and by its type."""
        located = self._named(self._by_location, node, "@schemaLocation")
        typed = self._named(self._by_entity, node, "@type")
        return located + [
            check
            for check in typed
            if check not in located and check.extension.base in (None, node.get("@baseType"))
        ]

    @staticmethod
    def _named(checks: Mapping[str, list[Check]], node: Document, attribute: str) -> list[Check]:
        name = node.get(attribute)
        return checks.get(name, []) if isinstance(name, str) else []


Checks = Mapping[str, OfType]
"""By record type."""


def made_ready(extensions: Sequence[Extension]) -> Checks:
    """Return `extensions` ready to check by."""
    checks: dict[str, OfType] = {}
    for extension in extensions:
        schema = parse(extension.schema)
        check = Check(extension, compiled(schema), attributes(schema))
        checks.setdefault(extension.record_type, OfType()).add(check)
    return checks


def checked(declared: RecordType, document: Document, checks: Checks) -> frozenset[str]:
    """Return the paths that schemas registered for parts of `document` declare.

    Raises Rejected, with the paths of what is wrong, for a part that breaks its schema.
    """
    of_type = checks.get(declared.name)
    if of_type is None:
        return frozenset()
    found: list[Problem] = []
    known: set[str] = set()
    for node, steps in _typed(document, ()):
        for check in of_type.checks(node):
            found += problems(check.validator, node, at=steps)
            names = [step for step in steps if isinstance(step, str)]
            known.update(dotted([*names, name]) for name in check.attributes)
        if len(found) >= _ENOUGH_PROBLEMS:
            break
    if found:
        raise Rejected(declared.entity, found, hint="See the schema registered for its type.")
    return frozenset(known)


class Extensions:
    """The registered schemas of one database, remembered until they change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listener = Listener(database.dsn, CHANNEL, self._forget)
        self._listens = False
        self._checks: Checks | None = None
        self._changes = 0
        self._read_at = 0.0

    async def start(self) -> None:
        """Begin to hear of changes."""
        await self._listener.start()
        self._listens = True

    async def stop(self) -> None:
        """Stop hearing of changes."""
        self._listens = False
        await self._listener.stop()

    async def check(self, declared: RecordType, document: Document) -> frozenset[str]:
        """Check `document` as `checked` does, by the schemas that count now."""
        return checked(declared, document, await self.current())

    async def current(self) -> Checks:
        """Return the schemas that count now."""
        checks = self._checks
        if checks is not None and self._is_fresh():
            return checks
        changes = self._changes
        checks = made_ready(await registered(self._database))
        # What changed while we asked may not be in the answer: then it is good for this once.
        if changes == self._changes:
            self._checks, self._read_at = checks, time.monotonic()
        return checks

    def _is_fresh(self) -> bool:
        if self._listens:
            return not self._listener.deaf
        return time.monotonic() - self._read_at < _SECONDS_UNHEARD

    def _forget(self) -> None:
        self._changes += 1
        self._checks = None


def _typed(node: Any, steps: Steps) -> Iterator[tuple[Document, Steps]]:
    """Return every object in the document that says its type or schema, and where it is."""
    if isinstance(node, dict):
        if "@type" in node or "@schemaLocation" in node:
            yield node, steps
        for name, part in node.items():
            if isinstance(part, dict | list):
                yield from _typed(part, (*steps, name))
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from _typed(part, (*steps, number))
