"""Conditions on parts of a document, as a tree, and the tree as PostgreSQL's JSON path.

A condition ties several attributes of one element together, which a dotted path cannot.
Literals only ever travel as variables of the JSON path, names as quoted keys; the path itself
is a parameter of the statement. Lists on the way are walked through (lax mode).

What is false and what cannot be told are one here, as in RFC 9535: to negate a comparison is to
find whatever does not fulfil it, documents without the attribute included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

Sign = Literal["==", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Value:
    """A literal, as JSON writes it: its text is kept, so that no digit is lost."""

    json: str


@dataclass(frozen=True)
class Every:
    """Every item of a list, or every attribute of an object."""

    of: Literal["list", "object"] = "list"


@dataclass(frozen=True)
class Path:
    """Where to look: from the element (`@`) or from the document (`$`), step by step.

    A step is the name of an attribute, the position in a list, every part, or the parts that
    fulfil a condition.
    """

    root: Literal["@", "$"]
    steps: "tuple[Step, ...]"


@dataclass(frozen=True)
class Compared:
    """The left compares to the right by the sign."""

    left: Path | Value
    sign: Sign
    right: Path | Value


@dataclass(frozen=True)
class Matches:
    """What is at the path is text that the pattern matches; `flags` are those of the server."""

    path: Path
    pattern: str
    flags: str = ""


@dataclass(frozen=True)
class Exists:
    """There is something at the path."""

    path: Path


@dataclass(frozen=True)
class Both:
    """All of the parts hold."""

    parts: "tuple[Predicate, ...]"


@dataclass(frozen=True)
class Either:
    """One of the parts holds."""

    parts: "tuple[Predicate, ...]"


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Predicate"


Predicate = Compared | Matches | Exists | Both | Either | Not
Step = str | int | Every | Predicate


@dataclass(frozen=True)
class JsonPath:
    """A JSON path of PostgreSQL and its variables, both as text to be sent as parameters."""

    text: str
    variables: str


def compiled(path: Path) -> JsonPath:
    """Return `path` as the JSON path that finds what it selects."""
    compiler = _Compiler()
    text = compiler.path(path)
    return JsonPath(text, msgspec.json.encode(compiler.variables).decode())


def equalities(path: Path) -> Iterator[tuple[str, str]]:
    """Return attribute and text of what every document that `path` finds something in equals.

    They may be asked of a search column as well, so that its index narrows the search.
    """
    if path.root == "$" and path.steps and not isinstance(path.steps[0], str | int | Every):
        yield from _equalities(path.steps[0])


def _equalities(predicate: Predicate) -> Iterator[tuple[str, str]]:
    match predicate:
        case Both(parts):
            for part in parts:
                yield from _equalities(part)
        case Compared(Path("@", (str(name),)), "==", Value(json)) if json.startswith('"'):
            yield name, msgspec.json.decode(json)


class _Compiler:
    """Writes JSON paths; `variables` collects the literals on the way."""

    def __init__(self) -> None:
        self.variables: dict[str, msgspec.Raw] = {}

    def path(self, path: Path) -> str:
        return path.root + "".join(map(self._step, path.steps))

    def _step(self, step: Step) -> str:
        match step:
            case str():
                return f".{_quoted(step)}"
            case int():
                return f"[{step}]"
            case Every(of):
                return "[*]" if of == "list" else ".*"
        return f" ? ({self._test(step)})"

    def _test(self, predicate: Predicate, *, holds: bool = True) -> str:
        match predicate:
            case Not(part):
                return self._test(part, holds=not holds)
            case Both(parts):
                return self._joined(parts, "&&" if holds else "||", holds=holds)
            case Either(parts):
                return self._joined(parts, "||" if holds else "&&", holds=holds)
            case Compared(left, sign, right):
                return _told(f"{self._operand(left)} {sign} {self._operand(right)}", holds=holds)
            case Matches(path, pattern, flags):
                flag = f" flag {_quoted(flags)}" if flags else ""
                text = f"{self.path(path)} like_regex {_quoted(pattern)}{flag}"
                return _told(text, holds=holds)
            case Exists(path):
                return _told(f"exists ({self.path(path)})", holds=holds)

    def _joined(self, parts: tuple[Predicate, ...], sign: str, *, holds: bool) -> str:
        return f"({f' {sign} '.join(self._test(part, holds=holds) for part in parts)})"

    def _operand(self, operand: Path | Value) -> str:
        if isinstance(operand, Path):
            return self.path(operand)
        name = f"v{len(self.variables)}"
        self.variables[name] = msgspec.Raw(operand.json.encode())
        return f"${name}"


def _told(test: str, *, holds: bool) -> str:
    """Return the test; what cannot be told (text against a number) does not hold."""
    return f"({test})" if holds else f"(({test}) is unknown || !({test}))"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()
