"""The work on a chunk that needs no database: parse, transform, check, encode.

It is most of the processor time of a load and runs in worker processes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from customer_inventory.access.download.formula import unguarded
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reading import Chunk
from customer_inventory.capture.refusal import Refusal, refusal
from customer_inventory.capture.rows import csv_row, json_row
from customer_inventory.capture.transform import Transform
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.kit.ids import is_id
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import encode, prepared
from customer_inventory.record.extension.registry import Extension
from customer_inventory.record.extension.validation import checked, made_ready
from customer_inventory.record.load import Batch, Lines, lines_of
from customer_inventory.record.types import TYPES, of_entity
from customer_inventory.record.validate import Problem, Rejected, check

Documents = list[tuple[str, RecordType, Document]]
"""What a row makes: the alias of the record in the mapping, its type, its document with id."""


@dataclass(frozen=True, slots=True)
class Work:
    """A chunk made ready: batches by type, with the line each of their records came from.

    `repeated` counts, by type, records that a later row of the chunk made again: the later
    wins. `undeclared` counts undeclared paths by type and path. `rows` are all that were read.
    """

    batches: dict[str, Batch]
    lines: dict[str, list[int]]
    refusals: list[Refusal]
    repeated: dict[str, int]
    undeclared: dict[tuple[str, str], int]
    rows: int


Made = tuple[str, str, Lines, Sequence[str]]
"""A record made ready: its type, id, lines to load and undeclared paths."""


@dataclass(slots=True)
class _Making:
    """Work while it is made: lines to load by type and id, with the line each came from."""

    records: dict[str, dict[str, Lines]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    refusals: list[Refusal] = field(default_factory=list)
    repeated: Counter[str] = field(default_factory=Counter)
    undeclared: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: int = 0

    def add(self, line: int, made: Made) -> None:
        """Add a record that the row at `line` makes; it replaces an earlier one of its id."""
        name, identifier, lines, undeclared = made
        records = self.records[name]
        if identifier in records:
            self.repeated[name] += 1
        records[identifier] = lines
        self.lines[name][identifier] = line
        for path in undeclared:
            self.undeclared[name, path] += 1

    def refuse(self, line: int, problems: Sequence[Problem], raw: bytes) -> None:
        """Refuse the row at `line`."""
        self.refusals.append(refusal(line, problems, raw))

    def done(self) -> Work:
        """Return what was made."""
        return Work(
            batches={name: Batch.of(records) for name, records in self.records.items()},
            lines={name: list(lines.values()) for name, lines in self.lines.items()},
            refusals=self.refusals,
            repeated=dict(self.repeated),
            undeclared=dict(self.undeclared),
            rows=self.rows,
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
        self._documents = _documents_of(mapping, header)
        self._is_strict = mapping.is_strict
        self._actor = actor
        self._checks = made_ready(extensions)

    def __call__(self, chunk: Chunk) -> Work:
        """Return `chunk` made ready; a row is taken as a whole or refused as a whole."""
        making = _Making()
        for line, raw, fault in chunk.rows():
            making.rows += 1
            if fault:
                making.refuse(line, [Problem("", fault)], raw)
                continue
            try:
                made = [self._made(*given) for given in self._documents(raw)]
            except Invalid as error:
                making.refuse(line, problems_of(error), raw)
            else:
                for record in made:
                    making.add(line, record)
        return making.done()

    def _made(self, alias: str, declared: RecordType, given: Document) -> Made:
        try:
            document = (
                given if _is_as_kept(declared, given) else prepared(declared, given, given["id"])
            )
            undeclared = check(declared, document)
            extended = checked(declared, document, self._checks)
            undeclared = tuple(path for path in undeclared if path not in extended)
            if undeclared and self._is_strict:
                problems = [Problem(path, "is not declared.") for path in undeclared]
                raise Rejected(declared.entity, problems)
            lines = lines_of(declared, document, encode(document), self._actor)
        except Invalid as error:
            # A row may make several records: say in which of them the attribute is.
            problems = [
                Problem(f"{alias}.{problem.path}" if alias else problem.path, problem.message)
                for problem in problems_of(error)
            ]
            raise Rejected(declared.entity, problems) from None
        return declared.name, document["id"], lines, undeclared


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


def _documents_of(mapping: Mapping, header: Sequence[str]) -> Callable[[bytes], Documents]:
    if not mapping.records:
        return _whole_document
    transform = Transform(mapping, header)
    if mapping.format == "csv":
        delimiter = mapping.delimiter
        if mapping.is_guarded:
            return lambda raw: transform(list(map(unguarded, csv_row(raw, delimiter, header))))
        return lambda raw: transform(csv_row(raw, delimiter, header))
    return lambda raw: transform(json_row(raw))


def _whole_document(raw: bytes) -> Documents:
    document = json_row(raw)
    identifier = document.get("id")
    if not isinstance(identifier, str) or not is_id(identifier):
        problem = Problem("id", "is no id of this inventory: 26 letters and digits.")
        raise Rejected("document", [problem])
    declared = of_entity(document.get("@type")) or of_entity(document.get("@baseType"))
    if declared is None:
        known = ", ".join(declared.entity for declared in TYPES.values())
        raise Rejected("document", [Problem("@type", f"is none of {known}, nor based on one.")])
    return [("", declared, document)]
