"""The check of a document against its declaration: complete, typed, and nothing hidden.

One compiled look by the strict twin answers the common case. Only when that fails is the
document looked at again, to tell attributes that are wrong from those merely undeclared.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema_rs

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.declare import Document, RecordType, schema_of
from customer_inventory.record.register.edition import Enforced
from customer_inventory.record.schema import Schema, closed

MOST_PROBLEMS = 20
"""So many problems of one document are told."""
MISSING = "is mandatory and missing."


@dataclass(frozen=True)
class Problem:
    """What is wrong with one attribute; `path` is dotted, with list positions in brackets.

    `requirement` is the one of the register that is not fulfilled, if it is one.
    """

    path: str
    message: str
    requirement: str | None = None


class Rejected(Invalid):
    """A document breaks its declaration; `problems` lists how (20 at most)."""

    code = "invalidDocument"

    def __init__(self, entity: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        first = problems[0]
        others = len(problems) - 1
        more = f" ({others} more)" if others else ""
        super().__init__(
            f"{first.message}{more}",
            path=first.path or None,
            hint=hint or f"See {entity} in /openapi.json.",
            code="missingAttribute" if first.message.startswith("is mandatory") else "",
        )
        self.problems = tuple(problems)


def check(
    declared: RecordType,
    document: Document,
    demanded: tuple[str, ...] | None = None,
    *,
    before: Document | None = None,
) -> tuple[str, ...]:
    """Check `document`; return the paths it has that `declared` does not (positions left out).

    `demanded` are the attributes that must be there, those of the declaration when None; what the
    register demands must be there besides. A change (`before` is what the document was) may leave
    alone what the register came to demand later. Raises Rejected when an attribute is missing or
    wrong, or undeclared in a strict type.
    """
    demanded = declared.mandatory if demanded is None else demanded
    lenient, strict = _validators(declared, demanded, declared.enforced)
    if strict.is_valid(document):
        return ()
    found = [] if lenient.is_valid(document) else failures(declared, document, demanded)
    if found and before is not None:
        # What the register came to demand later may go on missing, not what was there get worse.
        known = _demanded_later(declared, before, demanded)
        found = [each for each in found if each not in known]
    if found:
        raise Rejected(declared.entity, found)
    undeclared = tuple(dict.fromkeys(_undeclared(strict, document)))
    if declared.is_strict:
        wrong = [Problem(path, "is not declared, and this type is strict") for path in undeclared]
        raise Rejected(declared.entity, wrong)
    return undeclared


def failures(
    declared: RecordType, document: Document, demanded: tuple[str, ...] | None = None
) -> list[Problem]:
    """Return how `document` breaks its declaration or the register; 20 problems at most."""
    enforced = declared.enforced
    lenient, _ = _validators(
        declared, declared.mandatory if demanded is None else demanded, enforced
    )
    found = problems(lenient, document)
    if enforced is None:
        return found
    return list(dict.fromkeys(_cited(problem, enforced) for problem in found))


def _demanded_later(
    declared: RecordType, before: Document, demanded: tuple[str, ...]
) -> set[Problem]:
    """Return in what `before` falls short of the register, and not of the declaration itself."""
    alone, _ = _validators(declared, demanded, None)
    by_declaration = {each.path for each in problems(alone, before)}
    return {
        each
        for each in failures(declared, before, demanded)
        if each.requirement and each.path not in by_declaration
    }


def unfulfilled(declared: RecordType, document: Document, enforced: Enforced) -> tuple[str, ...]:
    """Return which requirements of `enforced` a stored document does not fulfil, each once."""
    lenient, _ = _validators(declared, (), enforced)
    if lenient.is_valid(document):
        return ()
    found = (enforced.requirement_of(problem.path) for problem in problems(lenient, document))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _cited(problem: Problem, enforced: Enforced) -> Problem:
    """Return what is wrong by the register with the requirement that says so."""
    requirement = enforced.requirement_of(problem.path)
    if requirement is None:
        return problem
    return Problem(
        problem.path, f"{problem.message.removesuffix('.')} ({requirement}).", requirement
    )


def problems(
    validator: jsonschema_rs.Draft202012Validator,
    document: Any,
    *,
    at: Sequence[str | int] = (),
) -> list[Problem]:
    """Return what `validator` finds wrong with `document`, which lies at `at`; 20 at most."""
    return [Problem(*_explain(error, at)) for error in _first(validator.iter_errors(document))]


@lru_cache(maxsize=500)
def _validators(
    declared: RecordType, demanded: tuple[str, ...], enforced: Enforced | None
) -> tuple[jsonschema_rs.Draft202012Validator, jsonschema_rs.Draft202012Validator]:
    # Values are masked: an error is logged and sent on, a customer's data must not go with it.
    def compiled(schema: Schema) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask="the value")

    schema = schema_of(declared, demanded, enforced)
    return compiled(schema), compiled(closed(schema))


def _first(
    errors: Iterator[jsonschema_rs.ValidationError],
) -> Iterator[jsonschema_rs.ValidationError]:
    for _, error in zip(range(MOST_PROBLEMS), errors, strict=False):
        yield error


def _explain(error: jsonschema_rs.ValidationError, at: Sequence[str | int] = ()) -> tuple[str, str]:
    steps: list[str | int] = [*at, *error.instance_path]
    kind: Any = error.kind  # its attributes depend on its name
    if kind.name == "required":
        steps.append(kind.property)
    say = _MESSAGES.get(kind.name, lambda _: f"{error.message}.")
    return dotted(steps), say(kind)


_FORMATS = {
    "date": "a date such as 2026-01-31",
    "date-time": "a date-time such as 2026-01-31T12:00:00Z",
    "email": "an e-mail address",
    "uri": "an absolute address such as https://example.com/a",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uuid": "a UUID",
}
"""Formats of JSON Schema, as people call them."""

_MESSAGES: dict[str, Callable[[Any], str]] = {
    "required": lambda _: MISSING,
    "anyOf": lambda _: "must be a date-time such as 2026-01-31T12:00:00Z, or a date.",
    "type": lambda kind: f"must be of type {' or '.join(kind.types)}.",
    "enum": lambda kind: f"must be one of {', '.join(map(str, kind.options))}.",
    "maxLength": lambda kind: f"must have at most {kind.limit} characters.",
    "minLength": lambda _: "must not be empty.",
    "minItems": lambda _: "must not be empty.",
    "pattern": lambda kind: f"must have the form {kind.pattern}.",
    "format": lambda kind: f"must be {_FORMATS.get(kind.format, kind.format)}.",
    "minimum": lambda kind: f"must be at least {kind.limit}.",
    "maximum": lambda kind: f"must be at most {kind.limit}.",
}


def _undeclared(strict: jsonschema_rs.Draft202012Validator, document: Document) -> Iterator[str]:
    for error in _first(strict.iter_errors(document)):
        kind: Any = error.kind
        if kind.name == "additionalProperties":
            steps = [step for step in error.instance_path if isinstance(step, str)]
            for name in kind.unexpected:
                yield dotted([*steps, name])


def dotted(steps: Sequence[str | int]) -> str:
    """Return a path as people write it: `contactMedium[0].emailAddress`."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
