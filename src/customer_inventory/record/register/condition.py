"""Conditions on a document under which a requirement holds, as data and as JSON Schema.

In a file: `{attribute: status, is: active}`, `{attribute: status, in: [active, pending]}`,
`{attribute: birthDate, exists: true}`, `{attribute: creditRating, atLeast: 3}` (or `atMost`), and
`all`, `any` and `not` of such. An attribute is a dotted path; through a list one item is enough. A
comparison of what is not there does not hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from customer_inventory.kit.located import Value
from customer_inventory.record.schema import Schema

Sign = Literal["is", "in", "atLeast", "atMost", "exists"]
Scalar = str | int | float | bool

_SIGNS: tuple[Sign, ...] = ("is", "in", "atLeast", "atMost", "exists")
_MOST_VALUES = 500
_DEEPEST = 8


@dataclass(frozen=True)
class Compared:
    """The attribute at `path` compares to `operand` (a tuple for `in`) by the sign."""

    path: str
    sign: Sign
    operand: Any


@dataclass(frozen=True)
class Joined:
    """All, or any, of the parts hold."""

    how: Literal["all", "any"]
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Compared | Joined | Not


def read(value: Value, depth: int = 0) -> Condition:
    """Return the condition that a file has at `value`; raise FileError, with its line."""
    if depth > _DEEPEST:
        raise value.wrong("is nested too deeply.")
    members = value.only("attribute", "all", "any", "not", *_SIGNS)
    for how in ("all", "any"):
        if how in members:
            value.only(how)
            return _joined(how, members[how], depth)
    if "not" in members:
        value.only("not")
        return Not(read(members["not"], depth + 1))
    value.only("attribute", *_SIGNS, required=("attribute",))
    signs = [sign for sign in _SIGNS if sign in members]
    if len(signs) != 1:
        raise value.wrong(f"needs one of {', '.join(_SIGNS)}.")
    operand = _OPERANDS[signs[0]](members[signs[0]])
    return Compared(members["attribute"].text(), signs[0], operand)


def plain(condition: Condition) -> dict[str, Any]:
    """Return `condition` as files and the database write it."""
    match condition:
        case Joined(how, parts):
            return {how: [plain(part) for part in parts]}
        case Not(part):
            return {"not": plain(part)}
        case Compared(path, sign, operand):
            value = list(operand) if isinstance(operand, tuple) else operand
            return {"attribute": path, sign: value}


def of(content: Mapping[str, Any]) -> Condition:
    """Return the condition that `plain` gave `content` of."""
    for how in ("all", "any"):
        if how in content:
            return Joined(how, tuple(of(part) for part in content[how]))
    if "not" in content:
        return Not(of(content["not"]))
    sign = next(sign for sign in _SIGNS if sign in content)
    operand = content[sign]
    return Compared(
        content["attribute"], sign, tuple(operand) if isinstance(operand, list) else operand
    )


def paths(condition: Condition) -> tuple[str, ...]:
    """Return the attributes that `condition` looks at, each once."""
    match condition:
        case Joined(_, parts):
            return tuple(dict.fromkeys(path for part in parts for path in paths(part)))
        case Not(part):
            return paths(part)
        case Compared(path):
            return (path,)


def as_schema(condition: Condition, base: Schema) -> Schema:
    """Return the JSON Schema that documents fulfil for which `condition` holds.

    `base` is the schema of a whole document: where it has a list, one item is enough.
    """
    match condition:
        case Joined(how, parts):
            word = "allOf" if how == "all" else "anyOf"
            return {word: [as_schema(part, base) for part in parts]}
        case Not(part):
            return {"not": as_schema(part, base)}
        case Compared(path, sign, operand):
            if sign == "exists" and operand is False:
                return {"not": _there(path.split("."), {}, base)}
            return _there(path.split("."), _compared(sign, operand), base)


def _there(steps: list[str], leaf: Schema, base: Schema) -> Schema:
    """Return the schema of an object in which something at `steps` fulfils `leaf`."""
    if "items" in base:
        return {"type": "array", "contains": _there(steps, leaf, base["items"])}
    if not steps:
        return leaf
    below = base.get("properties", {}).get(steps[0], {})
    return {
        "type": "object",
        "required": [steps[0]],
        "properties": {steps[0]: _there(steps[1:], leaf, below)},
    }


def _compared(sign: Sign, operand: Any) -> Schema:
    match sign:
        case "is":
            return {"const": operand}
        case "in":
            return {"enum": list(operand)}
        case "atLeast":
            return {"type": "number", "minimum": operand}
        case "atMost":
            return {"type": "number", "maximum": operand}
        case "exists":
            return {}


def _joined(how: Literal["all", "any"], value: Value, depth: int) -> Condition:
    parts = tuple(read(item, depth + 1) for item in value.items())
    if not parts:
        raise value.wrong("needs at least one condition.")
    return Joined(how, parts)


def _scalar(value: Value) -> Scalar:
    found = value.scalar()
    if found is None:
        raise value.wrong("has no value.", "Write `exists: false` for an attribute that is absent.")
    return found


def _scalars(value: Value) -> tuple[Scalar, ...]:
    found = tuple(_scalar(item) for item in value.items())
    if not found or len(found) > _MOST_VALUES:
        raise value.wrong(f"needs 1 to {_MOST_VALUES} values.")
    return found


def _number(value: Value) -> Scalar:
    found = value.scalar()
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise value.wrong("must be a number.")
    return found


def _truth(value: Value) -> Scalar:
    found = value.scalar()
    if not isinstance(found, bool):
        raise value.wrong("must be true or false.")
    return found


_OPERANDS: dict[Sign, Callable[[Value], Any]] = {
    "is": _scalar,
    "in": _scalars,
    "atLeast": _number,
    "atMost": _number,
    "exists": _truth,
}
