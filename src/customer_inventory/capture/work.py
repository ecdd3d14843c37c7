"""The work on a chunk that needs no database: parse, transform, check, encode.

It is most of the processor time of a load and runs in worker processes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from customer_inventory.capture.documents import documents_of, named_of
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reading import Chunk, Said
from customer_inventory.capture.refusal import Refusal, refusal
from customer_inventory.capture.rows import TOO_LONG, Unreadable
from customer_inventory.capture.standing import Standing
from customer_inventory.capture.told import Record
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode, prepared
from customer_inventory.record.extension.registry import Extension
from customer_inventory.record.extension.validation import checked, made_ready
from customer_inventory.record.lines import Batch, Lines, lines_of
from customer_inventory.record.validate import Problem, Rejected, check

_NOTHING = Said()


@dataclass(frozen=True, slots=True)
class Work:
    """A chunk made ready: batches by type, with the line each of their records came from.

    `repeated` counts, by type, records that a later row of the chunk made again: the later
    wins, unless it says that it is older. `undeclared` counts undeclared paths by type and path.
    `rows` are all that were read. `said` is when the source said records, `numbers` as the how
    manyth thing it said them, by type and id, where that is known. `gone` are records that the
    source does not have any more, with the line that says so.
    `aliases` are what the mapping calls records, by id, where that is not their type's name.
    `standing` is what was there already and is in no batch, if that was asked.
    """

    batches: dict[str, Batch]
    lines: dict[str, list[int]]
    refusals: list[Refusal]
    repeated: dict[str, int]
    undeclared: dict[tuple[str, str], int]
    rows: int
    said: dict[str, dict[str, datetime]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    standing: Standing | None = None
    numbers: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    gone: dict[Record, int] = field(default_factory=dict)

    def alias_of(self, name: str, identifier: str) -> str:
        """Return what the mapping calls a record of the type `name`."""
        return self.aliases.get(identifier, name)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of what it makes."""
        return frozenset(each for batch in self.batches.values() for each in batch.ids)

    def line_of(self, name: str) -> dict[str, int]:
        """Return the line that tells of each record of a type, also of those that are gone."""
        found = {each: line for (kind, each), line in self.gone.items() if kind == name}
        if name in self.batches:
            found |= zip(self.batches[name].ids, self.lines[name], strict=True)
        return found

    def without(self, left: Collection[Record]) -> "Work":
        """Return the work without these records."""
        batches, lines = dict(self.batches), dict(self.lines)
        for name, batch in self.batches.items():
            kept = [n for n, each in enumerate(batch.ids) if (name, each) not in left]
            if len(kept) < len(batch.ids):
                apart = list(batch.taken_apart().items())
                batches[name] = Batch.of(dict(apart[n] for n in kept))
                lines[name] = [lines[name][n] for n in kept]
        return replace(
            self,
            batches=batches,
            lines=lines,
            said=_but(self.said, left),
            numbers=_but(self.numbers, left),
            gone={each: line for each, line in self.gone.items() if each not in left},
        )


Made = tuple[str, str, str, Lines, Sequence[str]]
"""A record made ready: its alias, type, id, lines to load and undeclared paths."""


@dataclass(slots=True)
class _Making:
    """Work while it is made: lines to load by type and id, with the line each came from."""

    records: dict[str, dict[str, Lines]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    refusals: list[Refusal] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)
    undeclared: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    aliases: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    gone: dict[Record, int] = field(default_factory=dict)
    rows: int = 0

    def add(self, line: int, made: Made, said: Said) -> None:
        """Add a record that the row at `line` makes; it replaces an earlier one of its id.

        Not if the source said that one later.
        """
        alias, name, identifier, lines, undeclared = made
        if identifier in self.records[name] or (name, identifier) in self.gone:
            self.repeated[name] += 1
        if not self._is_newest(name, identifier, said):
            return
        self.gone.pop((name, identifier), None)
        self.records[name][identifier] = lines
        self.lines[name][identifier] = line
        if alias not in ("", name):
            self.aliases[identifier] = alias
        for path in undeclared:
            self.undeclared[name, path] += 1

    def take_away(self, line: int, name: str, identifier: str, said: Said) -> None:
        """Add that the row at `line` says of a record that it is gone, if nothing newer is said."""
        if self._is_newest(name, identifier, said):
            self.records[name].pop(identifier, None)
            self.lines[name].pop(identifier, None)
            self.gone[name, identifier] = line

    def _is_newest(self, name: str, identifier: str, said: Said) -> bool:
        """Tell whether nothing newer was said of a record; keep when this was said then."""
        if said.at is not None:
            moments = self.said[name]
            if said.at < moments.get(identifier, said.at):
                return False
            moments[identifier] = said.at
        if said.number is not None:
            numbers = self.numbers[name]
            if said.number < numbers.get(identifier, said.number):
                return False
            numbers[identifier] = said.number
        return True

    def refuse(
        self, line: int, error: InventoryError, raw: bytes, *, is_whole: bool = True
    ) -> None:
        """Refuse the row at `line`."""
        self.refusals.append(refusal(line, problems_of(error), raw, error.code, is_whole=is_whole))

    def done(self) -> Work:
        """Return what was made."""
        return Work(
            batches={name: Batch.of(records) for name, records in self.records.items() if records},
            lines={name: list(lines.values()) for name, lines in self.lines.items() if lines},
            refusals=self.refusals,
            repeated=dict(self.repeated),
            undeclared=dict(self.undeclared),
            rows=self.rows,
            said={name: moments for name, moments in self.said.items() if moments},
            aliases=self.aliases,
            numbers={name: numbers for name, numbers in self.numbers.items() if numbers},
            gone=self.gone,
        )


class Worker:
    """Makes chunks ready, for one load: `header` is that of its file (CSV).

    Documents are checked by `extensions` too, as they were when the load began.
    """

    def __init__(
        self,
        mapping: Mapping,
        header: Sequence[str],
        actor: Actor,
        extensions: Sequence[Extension] = (),
    ) -> None:
        self._documents = documents_of(mapping, header)
        self._named = named_of(mapping)
        self._is_strict = mapping.is_strict
        self._actor = actor
        self._checks = made_ready(extensions)

    def __call__(self, chunk: Chunk) -> Work:
        """Return `chunk` made ready; a row is taken as a whole or refused as a whole."""
        making = _Making()
        for line, raw, fault in chunk.rows():
            making.rows += 1
            if fault:
                making.refuse(line, Unreadable(fault), raw, is_whole=fault != TOO_LONG)
                continue
            try:
                self._take(making, line, raw, chunk.said.get(line, _NOTHING))
            except Invalid as error:
                making.refuse(line, error, raw)
        return making.done()

    def _take(self, making: _Making, line: int, raw: bytes, said: Said) -> None:
        """Take in a row; raise Invalid for one that is refused, of which nothing is taken."""
        if said.is_gone:
            for name, identifier in self._named(raw):
                making.take_away(line, name, identifier, said)
            return
        at, documents = self._documents(raw)
        made = [self._made(*given) for given in documents]
        if said.at is None and at is not None:
            said = replace(said, at=at)
        for record in made:
            making.add(line, record, said)

    def _made(self, alias: str, declared: RecordType, given: Document) -> Made:
        try:
            document = (
                given if _is_as_kept(declared, given) else prepared(declared, given, given["id"])
            )
            undeclared = check(declared, document)
            if self._checks:
                extended = checked(declared, document, self._checks)
                undeclared = tuple(path for path in undeclared if path not in extended)
            if undeclared and self._is_strict:
                problems = [Problem(path, "is not declared.") for path in undeclared]
                raise Rejected(declared.entity, problems)
            lines = lines_of(declared, document, encode(document), self._actor)
        except Invalid as error:
            # A row may make several records: say in which of them the attribute is.
            problems = [
                replace(problem, path=f"{alias}.{problem.path}" if alias else problem.path)
                for problem in problems_of(error)
            ]
            raise Rejected(declared.entity, problems) from None
        return alias, declared.name, document["id"], lines, undeclared


def _is_as_kept(declared: RecordType, given: Document) -> bool:
    """Tell whether `given` has the form in which documents are kept: nothing need be rebuilt."""
    names = iter(given)
    return (
        next(names) == "id"
        and next(names, None) == "@type"
        and given["@type"] == declared.entity
        and "href" not in given
    )


def problems_of(error: InventoryError) -> Sequence[Problem]:
    """Return what `error` finds wrong, one by one."""
    if isinstance(error, Rejected):
        return error.problems
    return [Problem(error.path or "", error.message)]


def _but(by_type: dict[str, dict[str, Any]], left: Collection[Record]) -> dict[str, dict[str, Any]]:
    return {
        name: {each: value for each, value in values.items() if (name, each) not in left}
        for name, values in by_type.items()
    }
