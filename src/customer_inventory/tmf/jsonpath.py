"""The `filter` of a list: a JSON path (after RFC 9535 and TMF630), read into a tree.

Three forms are served: `$[?(@.a=='x')]` (the list itself is the root), `$.arr[?(…)]` and bare
`arr[?(…)]` (the record is). All find whole records: those in which the path finds something.
"""

import math
import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from customer_inventory.kit.errors import Invalid
from customer_inventory.store.predicate import (
    Both,
    Compared,
    Either,
    Every,
    Exists,
    Matches,
    Not,
    Path,
    Predicate,
    Sign,
    Step,
    Value,
)

LONGEST = 2000
"""So many characters a filter may have."""
DEEPEST = 8
"""So deeply conditions may be nested."""
_MOST_TERMS = 50
_MOST_STEPS = 8
_LONGEST_NAME = 100
_LONGEST_VALUE = 1000
_POSITION = re.compile("[0-9]{1,5}")

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.]))
    |(?P<pattern>/(?:[^/\\\n]|\\.)+/[a-z]*)
    |(?P<name>@?[A-Za-z_][A-Za-z0-9_-]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|=~|[<>!()\[\]?.,*@$])
    |(?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"true": Value("true"), "false": Value("false"), "null": Value("null")}
_SIGNS: dict[str, Sign] = {"==": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_FLAGS = frozenset("imsx")


class _Token(NamedTuple):
    """A word of the filter: of what kind, its text, and where it begins (from 1)."""

    kind: str
    text: str
    at: int


def parse_filter(text: str) -> Path:
    """Return the path that `text` writes, from the record on; raise Invalid (invalidFilter).

    Bounded in length, depth, number of conditions and steps.
    """
    if len(text) > LONGEST:
        raise _invalid(f"is longer than {LONGEST} characters.")
    return _Parser(_tokens(text)).whole()


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while True:
        match = _TOKEN.match(text, place)
        if match is None:
            raise _invalid(f"is not understood from character {place + 1} on.")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind) + 1))
        if kind == "end":
            return found
        place = match.end()


def _invalid(message: str) -> Invalid:
    return Invalid(
        message,
        path="filter",
        hint="Write $[?(@.status=='active')] or note[?(@.author=='A' && @.text=~/x/)], encoded.",
        code="invalidFilter",
    )


class _Parser:
    """Reads tokens into a tree, each rule of the grammar in a function of its own."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self._terms = 0

    def whole(self) -> Path:
        """Read the filter: a path from the record on, with a condition in it."""
        if self._peek.text != "[" and not self._takes("$"):
            steps: list[Step] = [self._name()]
        else:
            steps = []
        path = Path("$", self._steps(steps))
        if self._peek.kind != "end":
            raise self._failed()
        if all(isinstance(step, str | int | Every) for step in path.steps):
            raise _invalid("has no condition.")
        return path

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._peek
        if token.kind != "end":
            self._next += 1
        return token

    def _takes(self, text: str) -> bool:
        is_there = self._peek.kind in ("sign", "name") and self._peek.text == text
        self._next += is_there
        return is_there

    def _demand(self, text: str) -> None:
        if not self._takes(text):
            raise self._failed(f"{text} is missing")

    def _failed(self, why: str = "") -> Invalid:
        token = self._peek
        what = "its end" if token.kind == "end" else f"character {token.at}"
        return _invalid(f"is not understood at {what}{f': {why}' if why else ''}.")

    def _steps(self, steps: list[Step]) -> tuple[Step, ...]:
        while True:
            if self._takes("."):
                steps.append(Every("object") if self._takes("*") else self._name())
            elif self._takes("["):
                steps.append(self._bracketed())
                self._demand("]")
            else:
                return tuple(steps)
            if len(steps) > _MOST_STEPS:
                raise _invalid(f"has a path of more than {_MOST_STEPS} steps.")

    def _name(self) -> str:
        if self._peek.kind != "name":
            raise self._failed("the name of an attribute is missing")
        return _named(self._take().text)

    def _bracketed(self) -> Step:
        if self._takes("?"):
            return self._deeper(self._either)
        if self._takes("*"):
            return Every()
        token = self._peek
        if token.kind == "text":
            return _named(_unquoted(self._take()))
        if _POSITION.fullmatch(token.text):
            return int(self._take().text)
        raise self._failed("a condition, a name, a position or * belongs in brackets")

    def _deeper(self, rule: Callable[[], Predicate]) -> Predicate:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _invalid(f"is nested more than {DEEPEST} levels deep.")
        found = rule()
        self._depth -= 1
        return found

    def _either(self) -> Predicate:
        parts = [self._both()]
        while self._takes("||"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Predicate:
        parts = [self._one()]
        while self._takes("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _one(self) -> Predicate:
        if self._takes("!"):
            return Not(self._deeper(self._one))
        if self._takes("("):
            inner = self._deeper(self._either)
            self._demand(")")
            return inner
        return self._term()

    def _term(self) -> Predicate:
        self._count()
        if self._peek.text in ("match", "search") and self._peek.kind == "name":
            return self._function()
        left = self._operand()
        sign = self._peek.text
        if sign in _SIGNS or sign == "!=":
            self._take()
            return _compared(left, sign, self._operand())
        if sign in ("in", "nin"):
            self._take()
            among = self._among(left)
            return among if sign == "in" else Not(among)
        if not isinstance(left, Path):
            raise self._failed("a value alone is no condition")
        return self._matched(left) if self._takes("=~") else Exists(left)

    def _count(self) -> None:
        self._terms += 1
        if self._terms > _MOST_TERMS:
            raise _invalid(f"has more than {_MOST_TERMS} conditions and values.")

    def _function(self) -> Predicate:
        """Read the functions of RFC 9535: `match` the whole text, `search` a part of it."""
        name = self._take().text
        self._demand("(")
        path = self._operand()
        self._demand(",")
        if not isinstance(path, Path) or self._peek.kind != "text":
            raise self._failed("a path and a pattern in quotes belong here")
        pattern = _short(_unquoted(self._take()))
        self._demand(")")
        return Matches(path, f"^(?:{pattern})$" if name == "match" else pattern)

    def _matched(self, path: Path) -> Predicate:
        token = self._peek
        if token.kind == "text":
            return Matches(path, _short(_unquoted(self._take())))
        pattern, _, flags = token.text[1:].rpartition("/")
        if token.kind != "pattern" or not set(flags) <= _FLAGS:
            raise self._failed("a pattern is written /…/ with the flags i, m, s and x")
        self._take()
        return Matches(path, _short(pattern.replace("\\/", "/")), flags)

    def _among(self, left: Path | Value) -> Predicate:
        if not self._takes("["):
            return _compared(left, "==", self._operand())
        parts = [_compared(left, "==", self._operand())]
        while self._takes(","):
            self._count()
            parts.append(_compared(left, "==", self._operand()))
        self._demand("]")
        return Either(tuple(parts))

    def _operand(self) -> Path | Value:
        token = self._peek
        if token.text in ("@", "$") and token.kind == "sign":
            self._take()
            return Path("@" if token.text == "@" else "$", self._steps([]))
        if token.kind == "text":
            self._take()
            return Value(msgspec.json.encode(_short(_unquoted(token))).decode())
        if token.kind == "number" and math.isfinite(float(token.text)):
            self._take()
            return Value(_short(token.text))
        if token.kind == "name" and token.text in _WORDS:
            self._take()
            return _WORDS[token.text]
        raise self._failed("a path or a value belongs here")


def _compared(left: Path | Value, sign: str, right: Path | Value) -> Predicate:
    if isinstance(left, Value) and isinstance(right, Value):
        raise _invalid("compares a value with a value.")
    if sign == "!=":
        return Not(Compared(left, "==", right))
    return Compared(left, _SIGNS[sign], right)


def _unquoted(token: _Token) -> str:
    """Return the text in quotes: escapes as in JSON, and either quote."""
    inner = token.text[1:-1]
    if token.text[0] == "'":
        inner = re.sub(r"\\.|\"", lambda m: {"\\'": "'", '"': '\\"'}.get(m[0], m[0]), inner)
    try:
        text: str = msgspec.json.decode(f'"{inner}"', type=str)
    except (msgspec.DecodeError, UnicodeError):
        raise _invalid(f"has a malformed text at character {token.at}.") from None
    return text


def _short(text: str) -> str:
    if len(text) > _LONGEST_VALUE or "\x00" in text:
        raise _invalid(f"has a value of more than {_LONGEST_VALUE} characters, or U+0000.")
    return text


def _named(name: str) -> str:
    if not name or len(name) > _LONGEST_NAME or "\x00" in name:
        raise _invalid(f"has a name that is empty, longer than {_LONGEST_NAME}, or holds U+0000.")
    return name
