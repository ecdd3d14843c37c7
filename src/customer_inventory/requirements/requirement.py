"""An information requirement: one element, an attribute of a record type, and what it must be.

The form is that of the files: keys are the names below in camel case (`requested_by` is
`requestedBy`). Dimensions of quality are those of ISO/IEC 25012 and DAMA.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from customer_inventory.record.facet import Classification, Facet, Survivorship, declared_of
from customer_inventory.record.register import condition as conditions
from customer_inventory.record.register.condition import Condition
from customer_inventory.record.schema import Schema, moment

RECORD = "$"
"""The path of a requirement on records of a type themselves."""

DataType = Literal["text", "date", "dateTime", "number", "integer", "boolean", "object", "list"]
DATA_TYPES: tuple[DataType, ...] = (
    "text", "date", "dateTime", "number", "integer", "boolean", "object", "list",
)  # fmt: skip
FORMATS = ("email", "uri", "uuid", "ipv4", "ipv6")
DIMENSIONS = (
    "completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy",
)  # fmt: skip

Identifier = Annotated[str, Meta(pattern=r"^REQ-[0-9]{3,6}$")]
Path = Annotated[
    str, Meta(pattern=r"^\$$|^@?[A-Za-z][A-Za-z0-9_]*(\.@?[A-Za-z][A-Za-z0-9_]*)*$", max_length=200)
]
Word = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Code = Annotated[str, Meta(pattern=r"^[a-z][A-Za-z0-9-]{0,62}$")]
Duration = Annotated[str, Meta(pattern=r"^P([0-9]+Y)?([0-9]+M)?([0-9]+D)?$", min_length=3)]
Share = Annotated[float, Meta(ge=0, le=1)]
Dimension = Literal[
    "completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy"
]
LegalBasis = Literal[
    "consent", "contract", "legalObligation", "vitalInterests", "publicTask", "legitimateInterests"
]
Obligation = Literal["mandatory", "conditional", "optional"]

_JSON_TYPES = {
    "text": "string", "number": "number", "integer": "integer", "boolean": "boolean",
    "object": "object", "list": "array",
}  # fmt: skip


class Data(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """What a value must be besides what its record type declares.

    `pattern` is a regular expression (ECMA 262, without look-around), lengths are in characters,
    `values` are the only ones allowed.
    """

    type: DataType | None = None
    format: Literal["email", "uri", "uuid", "ipv4", "ipv6"] | None = None
    pattern: Annotated[str, Meta(max_length=500)] | None = None
    min_length: Annotated[int, Meta(ge=0)] | None = None
    max_length: Annotated[int, Meta(ge=1)] | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: Annotated[int, Meta(ge=0)] | None = None
    values: Annotated[tuple[str | int | float | bool, ...], Meta(min_length=1)] | None = None

    @property
    def schema(self) -> Schema:
        """JSON Schema of the value."""
        made: Schema = {}
        if self.type == "dateTime":
            made |= moment()
        elif self.type == "date":
            made |= {"type": "string", "format": "date"}
        elif self.type is not None:
            made["type"] = _JSON_TYPES[self.type]
        said = {
            "format": self.format,
            "pattern": self.pattern,
            "minLength": self.min_length,
            "maxLength": self.max_length,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "minItems": self.min_items,
            "enum": None if self.values is None else list(self.values),
        }
        return made | {word: value for word, value in said.items() if value is not None}


class Declares(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """A record type that the product does not ship, as the requirement on its records declares it.

    `entity` is its `@type`; `subject` the attribute whose id names whom a record belongs to;
    `references` the record types that ids at a path may name.
    """

    entity: Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z0-9]{1,60}$")]
    subject: Path | None = None
    references: dict[Path, tuple[Word, ...]] = {}
    is_occurrence: bool = False


class Requirement(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """A requirement on the attribute at `path` of records of `type`; `$` is the record itself.

    `obligation` is conditional on `when`. `group`, `classification`, `operation`, `survivorship`
    and `retention` are as declared for the attribute where nothing is said. `purposes` have their
    legal basis; `sources` are authoritative, the most trusted first; `freshness` is how old a value
    may be (ISO 8601, in years, months, days); `quality` has the share that must pass, by dimension.
    On the record itself a requirement may declare the type (`declares`).
    """

    id: Identifier
    type: Word
    path: Path
    name: Word
    definition: Text
    data: Data = msgspec.field(default_factory=Data)
    obligation: Obligation = "optional"
    when: dict[str, Any] | None = None
    classification: Classification | None = None
    group: Word | None = None
    operation: Literal["update", "modify"] | None = None
    purposes: dict[Code, LegalBasis] = {}
    requested_by: tuple[Code, ...] = ()
    used_by: tuple[Code, ...] = ()
    owner: Word | None = None
    steward: Word | None = None
    sources: tuple[Code, ...] = ()
    survivorship: Survivorship | None = None
    retention: Word | None = None
    freshness: Duration | None = None
    quality: dict[Dimension, Share] = {}
    searchable: bool = False
    declares: Declares | None = None

    @property
    def condition(self) -> Condition | None:
        """The condition of its obligation, None when it is not conditional."""
        return None if self.when is None else conditions.of(self.when)

    @property
    def facet(self) -> Facet:
        """What is declared of the attribute beyond its shape."""
        declared = declared_of(self.type, self.path)
        return Facet(
            self.group or declared.group,
            self.classification or declared.classification,
            self.operation or declared.operation,
            self.survivorship or declared.survivorship,
            self.retention or declared.retention,
        )


def plain(requirement: Requirement) -> dict[str, Any]:
    """Return a requirement as files and the database have it: the same one always the same way."""
    told: dict[str, Any] = msgspec.to_builtins(requirement)
    for name in ("purposes", "quality"):
        if name in told:
            told[name] = dict(sorted(told[name].items()))
    if requirement.condition is not None:
        told["when"] = conditions.plain(requirement.condition)
    return told


def of(content: Any) -> Requirement:
    """Return the requirement that `plain` gave `content` of."""
    return msgspec.convert(content, Requirement)
