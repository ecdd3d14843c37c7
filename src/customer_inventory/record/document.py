"""Documents: from bytes, to bytes, and into the form in which they are kept."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, is_id, new_id
from customer_inventory.record.declare import Document, RecordType

MANAGED = ("id", "href", "@type", "@baseType", "@schemaLocation")
"""Attributes that a change may repeat and never alter."""

EXTERNAL_IDENTIFIERS = ("externalIdentifier", "externalReference")
"""The attributes that hold what other systems call a record, by whatever name a type has it."""

DEEPEST = 100
"""So many levels of lists and objects a document may have; validators allow little more."""

encode = msgspec.json.Encoder(decimal_format="number").encode
encode_sorted = msgspec.json.Encoder(decimal_format="number", order="sorted").encode

_POWERS = range(-400, 309)
_LONGEST_NUMBER = 1000
"""Numbers beyond a double's powers of ten, or of more characters, are refused."""


def _number(text: str) -> Decimal:
    """Return a number with a fraction or exponent exactly: each digit is kept as it was sent."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(_OUT_OF_RANGE) from None
    if number.adjusted() not in _POWERS or len(text) > _LONGEST_NUMBER:
        raise ValueError(_OUT_OF_RANGE)
    return number


_OUT_OF_RANGE = "a number is out of range"
decode = msgspec.json.Decoder(float_hook=_number).decode
"""Return the JSON value of what is kept; what callers send is for `parse` to read."""


def parse(raw: bytes) -> Any:
    """Return the JSON value of `raw`; raise Invalid for text that is not plain JSON."""
    try:
        value = decode(raw)
    except RecursionError:
        raise TooDeep from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            f"The body is not valid JSON: {_reason(error)}.",
            hint="Send JSON (RFC 8259) in UTF-8.",
            code="malformedJson",
        ) from None
    # Fewer brackets cannot nest too deeply, and most documents have fewer.
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and is_deep(value):
        raise TooDeep
    if b"\\u0000" in raw and _has_nul(value):
        raise Invalid(
            "The JSON holds the character U+0000.",
            hint="Leave it out: no attribute can hold it.",
            code="malformedJson",
        )
    return value


class TooDeep(Invalid):
    """The JSON is nested more deeply than documents are served."""

    code = "malformedJson"

    def __init__(self) -> None:
        super().__init__(f"The JSON is nested more than {DEEPEST} levels deep.")


def is_deep(value: Any) -> bool:
    """Tell whether lists and objects of `value` are nested more than DEEPEST levels deep."""
    level = [value]
    for _ in range(DEEPEST):
        level = [part for node in level for part in _parts(node) if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def parse_object(raw: bytes) -> Document:
    """Return the JSON object of `raw`; raise Invalid for anything else."""
    value = parse(raw)
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.", code="malformedJson")
    return value


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same, whatever the order of their attributes.

    What is equal in Python need not be: 1 is neither true nor 1.0 here.
    """
    return bool(one == other) and encode_sorted(one) == encode_sorted(other)


def prepared(declared: RecordType, given: Mapping[str, Any], identifier: str) -> Document:
    """Return the document to keep: `given` under `identifier`, managed attributes first.

    Raises Invalid for an `@type` that is neither the declared one nor based on it.
    """
    entity = given.get("@type", declared.entity)
    if entity != declared.entity and given.get("@baseType") != declared.entity:
        raise Invalid(
            f"is not {declared.entity}, nor does @baseType say it extends it.",
            path="@type",
            hint=f"Send @type {declared.entity}, or your extension with that @baseType.",
            code="wrongType",
        )
    rest = {name: value for name, value in given.items() if name not in _REPLACED}
    return {"id": identifier, "@type": entity, **rest}


def with_given_id(declared: RecordType, given: Document, *, owner: str) -> Document:
    """Return `given` with the id that a caller gave it as an external identifier of `owner`.

    A type without external identifiers leaves it out. Raises Invalid for an id that is no text,
    and for one of this inventory: such a record exists, or never will.
    """
    if "id" not in given:
        return given
    identifier = given["id"]
    rest = {name: value for name, value in given.items() if name != "id"}
    if not isinstance(identifier, str) or not identifier or is_id(identifier):
        raise Invalid(
            "is given by the inventory.",
            path="id",
            hint="Leave it out; a key of your own is kept as an external identifier.",
        )
    name = next((name for name in EXTERNAL_IDENTIFIERS if name in declared.attributes), None)
    if name is None:
        return rest
    known = rest.get(name) or []
    if not isinstance(known, list):
        return rest  # the check will say so
    if any(isinstance(other, dict) and other.get("id") == identifier for other in known):
        return rest
    entry = {"@type": "ExternalIdentifier", "owner": owner, "id": identifier}
    return {**rest, name: [*known, {**entry, "externalIdentifierType": "id"}]}


def place(declared: RecordType, given: Document) -> str:
    """Return a new id for `given`, in the bucket of the subject it belongs to."""
    subject = declared.subject_of(given)
    return new_id(None if subject is None else bucket_of(subject))


_REPLACED = frozenset(("id", "href", "@type"))


def _parts(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _has_nul(node: Any) -> bool:
    if isinstance(node, str):
        return "\x00" in node
    if isinstance(node, dict):
        return any("\x00" in key or _has_nul(value) for key, value in node.items())
    return isinstance(node, list) and any(_has_nul(item) for item in node)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error).removeprefix("JSON is malformed: ").rstrip(".") or "it ends too early"
