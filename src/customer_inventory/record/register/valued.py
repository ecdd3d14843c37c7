"""Conditions on the values of one document as SQL over it as jsonb.

A JSON path judges exactly, and costs a microsecond and more. Before most of them stands something
cheap that holds whenever they do: of a record that is in order, no more than that is asked.
"""

import re
from collections.abc import Callable, Iterator

from customer_inventory.record.register.condition import Compared, Condition, Joined, Scalar
from customer_inventory.record.register.crossing import Form, Lacks, Unlike
from customer_inventory.record.register.jsonpath import holds, literal, steps_of

Value = str | float | tuple[str, ...]
Keep = Callable[[Value], str]
"""Keeps a value of a statement, and returns what stands for it there."""

_MATCHES = "jsonb_path_match({document}, {path}::jsonpath)"
_EXISTS = "jsonb_path_exists({document}, {path}::jsonpath)"
_ODD_PATTERN = re.compile(r"\*\*\*|\(\?[a-z]")
"""What a pattern may begin with that cannot stand behind options of ours."""
_PLAIN = re.compile(r"[A-Za-z@_][^\x00]*")
_OF_JSON = ("true", "false", "null")
_LIST = " OR {text} ^@ '['"
"""Of a list, the text says nothing of its items but that it is one."""


def within(condition: Condition, document: str, keep: Keep, *, is_cheap: bool) -> str:
    """Return the SQL that holds for documents for which `condition` does.

    `is_cheap` says that the document is at hand, and may be looked at twice.
    """
    exact = _MATCHES.format(document=document, path=keep(holds(condition)))
    if not is_cheap or not _has_needed(condition):
        return exact
    return f"({_needed(condition, document, keep)} AND {exact})"


def lacks(lacking: Lacks, document: str, keep: Keep) -> str:
    """Return the SQL that holds for documents with an object that lacks an attribute."""
    *above, leaf = lacking.path.split(".")
    if not above:
        return f"(NOT {document} ? {keep(leaf)})"
    path = f"${steps_of('.'.join(above))} ? (!exists(@.{literal(leaf)}))"
    there = f"{document} ? {keep(above[0])}"
    return f"({there} AND {_EXISTS.format(document=document, path=keep(path))})"


def unlike(wrong: Unlike, document: str, keep: Keep) -> str:
    """Return the SQL that holds for documents with a value that is not of a form."""
    place, form = f"${steps_of(wrong.path)}", wrong.form
    first, *below = wrong.path.split(".")
    if below:
        cheap = f"{document} ? {keep(first)}"
    else:
        cheap = f"({' OR '.join(_suspect(form, document, keep(first), keep))})"
    exact = []
    tests = list(tests_of(form))
    if tests:
        path = keep(f"{place} ? ({' || '.join(tests)})")
        exact.append(_EXISTS.format(document=document, path=path))
    for limit, sign in ((form.min_length, "<"), (form.max_length, ">")):
        if limit is not None:
            exact.append(
                f"EXISTS (SELECT FROM jsonb_path_query({document}, {keep(place)}::jsonpath)"
                " AS v (x) WHERE jsonb_typeof(v.x) = 'string'"
                f" AND length(v.x #>> '{{{{}}}}') {sign} {keep(limit)})"
            )
    return f"({cheap} AND ({' OR '.join(exact)}))"


def tests_of(form: Form) -> Iterator[str]:
    """Yield the conditions of a JSON path under which a value is not of a form, but for lengths."""
    if form.type is not None:
        yield f"@.type() != {literal(form.type)}"
    if form.is_whole:
        yield '(@.type() == "number" && @.floor() != @)'
    for pattern in form.patterns:
        yield f'(@.type() == "string" && !(@ like_regex {literal(pattern)}))'
    if form.values is not None:
        allowed = " || ".join(f"@ == {literal(value)}" for value in form.values)
        # A number against a text is neither so nor not so.
        yield f"(({allowed}) is unknown || !({allowed}))"
    for limit, sign in ((form.minimum, "<"), (form.maximum, ">")):
        if limit is not None:
            yield f"@ {sign} {literal(limit)}"


def _suspect(form: Form, document: str, name: str, keep: Keep) -> Iterator[str]:
    """Yield SQL of which some holds for every document whose attribute `name` is not of a form."""
    there, text = f"{document} ? {name}", f"({document} ->> {name})"
    if form.is_whole or form.minimum is not None or form.maximum is not None:
        yield there
        return
    if form.type is not None:
        yield f"jsonb_typeof({document} -> {name}) <> {keep(form.type)}"
    for pattern in form.patterns:
        if _ODD_PATTERN.match(pattern):
            yield there
        else:
            # As a JSON path takes it: a dot is no end of a line.
            yield f"{text} !~ {keep(f'(?p){pattern}')}{_LIST.format(text=text)}"
    if form.values is not None:
        words = _words(form.values)
        among = "" if words is None else f" AND ({text} <> ALL({keep(words)})) IS NOT FALSE"
        yield f"({there}{among})"
    if form.min_length is not None:
        yield f"length({text}) < {keep(form.min_length)}{_LIST.format(text=text)}"
    if form.max_length is not None:
        yield f"length({text}) > {keep(form.max_length)}"


def _has_needed(condition: Condition) -> bool:
    """Tell whether something cheap holds whenever the condition does."""
    match condition:
        case Joined(how, parts):
            return (any if how == "all" else all)(map(_has_needed, parts))
        case Compared(_, sign, operand):
            return not (sign == "exists" and operand is False)
    return False


def _needed(condition: Condition, document: str, keep: Keep) -> str:
    """Return SQL that is cheap and holds whenever the condition does."""
    if isinstance(condition, Joined):
        sign = " AND " if condition.how == "all" else " OR "
        known = [part for part in condition.parts if _has_needed(part)]
        return f"({sign.join(_needed(part, document, keep) for part in known)})"
    assert isinstance(condition, Compared)  # noqa: S101 - of no other it is asked
    first, *below = condition.path.split(".")
    operand = condition.operand
    said = {"is": (operand,), "in": operand}.get(condition.sign)
    words = None if said is None else _words(said)
    if below or words is None:
        return f"{document} ? {keep(first)}"
    text = f"({document} ->> {keep(first)})"
    return f"({text} = ANY({keep(words)}){_LIST.format(text=text)})"


def _words(values: tuple[Scalar, ...]) -> tuple[str, ...] | None:
    """Return values that are words, which nothing but a text has as its text; None for others."""
    for value in values:
        if not isinstance(value, str) or not _PLAIN.fullmatch(value) or value in _OF_JSON:
            return None
    return tuple(map(str, values))
