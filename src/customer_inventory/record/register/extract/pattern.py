"""Patterns that PostgreSQL and RE2 take for the same, of which DuckDB's are.

As a JSON path has it: a dot, and a class that says what is not in it, are no end of a line.
"""

import re
from collections.abc import Iterator

from customer_inventory.kit.errors import Invalid

_SPACE = r"\t\n\v\f\r "
_CLASSES = {"d": "0-9", "s": _SPACE, "w": "A-Za-z0-9_"}
_CONTROLS = {"t": r"\t", "n": r"\n", "r": r"\r", "f": r"\f", "v": r"\v"}
_TOKEN = re.compile(
    r"\\(?P<escaped>.)|\[(?P<negated>\^?)(?P<members>\]?(?:\\.|[^\]\\])*)\]|(?P<group>\(\?)"
    r"|(?P<other>.)",
    re.DOTALL,
)


class Inexpressible(Invalid):
    """An extract cannot be asked this; the message says what of it."""


def shared(pattern: str) -> str:
    """Return a pattern of PostgreSQL as RE2 takes it; raise Inexpressible."""
    if pattern.startswith("***"):
        raise Inexpressible(f"the pattern {pattern!r} has options of its own.")
    return "".join(_tokens(pattern))


def _tokens(pattern: str) -> Iterator[str]:
    place = 0
    while place < len(pattern):
        token = _TOKEN.match(pattern, place)
        if token is None:
            raise Inexpressible(f"the pattern {pattern!r} does not end.")
        place = token.end()
        if token["escaped"] is not None:
            yield _escaped(token["escaped"], pattern)
        elif token["members"] is not None:
            yield _bracket(token["negated"], token["members"], pattern)
        elif token["group"] is not None:
            if not pattern.startswith(":", place):
                raise Inexpressible(f"the pattern {pattern!r} looks around, or has options.")
            yield "(?"
        elif token["other"] == "[":
            raise Inexpressible(f"the pattern {pattern!r} does not end.")
        else:
            yield token["other"]


def _escaped(character: str, pattern: str) -> str:
    if character in _CLASSES:
        return f"[{_CLASSES[character]}]"
    if character.lower() in _CLASSES:
        return f"[^{_CLASSES[character.lower()]}]"
    return _character(character, pattern)


def _bracket(negated: str, members: str, pattern: str) -> str:
    if any(word in members for word in ("[:", "[.", "[=")):
        raise Inexpressible(f"the pattern {pattern!r} names a class of characters.")
    # One that stands first is a member itself.
    first, rest = (r"\]", members[1:]) if members.startswith("]") else ("", members)
    rest = re.sub(
        r"\\(.)|\[",
        lambda found: _member(found[1], pattern) if found[1] else r"\[",
        rest,
        flags=re.DOTALL,
    )
    made = first + rest
    return f"[^\\n{made}]" if negated else f"[{made}]"


def _member(character: str, pattern: str) -> str:
    return _CLASSES.get(character) or _character(character, pattern)


def _character(character: str, pattern: str) -> str:
    if character in _CONTROLS:
        return _CONTROLS[character]
    if character.isalnum() or character == "_":
        raise Inexpressible(f"the pattern {pattern!r} has \\{character}.")
    return re.escape(character)
