"""What is declared of a repository that holds facts about customers.

Roles are those of the DAMA body of knowledge: a system of record is where a fact is made and kept
by rule, a system of reference where it may be had from with the same trust; a copy is neither.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from customer_inventory.requirements.requirement import Code, Identifier, Path, Text, Word

OURS = "customer-inventory"
"""The name of our own repository in the catalogue."""
EVERY = "*"
"""Every record type, or every attribute of one."""
RECORD, REFERENCE, COPY = "systemOfRecord", "systemOfReference", "copy"
Role = Literal["systemOfRecord", "systemOfReference", "copy"]
ROLES: tuple[Role, ...] = ("systemOfRecord", "systemOfReference", "copy")
Standing = Literal["planned", "active", "retiring", "retired"]
Kind = Literal["inventory", "crm", "billing", "warehouse", "application", "file", "other"]
InterfaceKind = Literal["api", "event", "file", "database", "screen"]
Share = Annotated[float, Meta(gt=0, le=1)]
Span = Annotated[str, Meta(pattern=r"^P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$")]
"""A duration of days, hours, minutes and seconds (ISO 8601)."""
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
TypeName = Annotated[str, Meta(pattern=r"^(\*|[a-z][A-Za-z0-9]{0,99})$")]
HeldPath = Annotated[str, Meta(pattern=r"^(\*|@?[A-Za-z][A-Za-z0-9_@.]*)$", max_length=200)]


class Owner(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """Who answers for a repository: the organisation, and the person or function in it."""

    organisation: Word
    person: Word | None = None
    custodian: Word | None = None


class Location(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """Where it is: `country` by ISO 3166, `provider` who runs the machines."""

    site: Word | None = None
    country: Country | None = None
    provider: Word | None = None


class Interface(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """A way in or out: `standard` as TMF629 v5, `address` where it is found, without secrets."""

    name: Word
    kind: InterfaceKind
    standard: Word | None = None
    address: Text | None = None


class Objectives(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """What it promises: `availability` a share of a month, `response_time` milliseconds (p95)."""

    availability: Share | None = None
    response_time: Annotated[int, Meta(ge=1)] | None = None
    recovery_time: Span | None = None
    recovery_point: Span | None = None
    freshness: Span | None = None


class Holding(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """Facts that are held: `paths` of a record `type` with all below them, or `requirements`.

    Of several holdings of one repository about an element the narrowest counts.
    """

    role: Role
    type: TypeName = EVERY
    paths: Annotated[tuple[HeldPath, ...], Meta(min_length=1)] = (EVERY,)
    requirements: tuple[Identifier, ...] = ()
    note: Text | None = None


class Dependant(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """Who needs the repository: a registered `process`, or something else by its `name`."""

    process: Code | None = None
    name: Word | None = None
    owner: Word | None = None
    uses: Text | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.process or self.name or ""


class Repository(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True,
    omit_defaults=True,
):  # fmt: skip
    """A repository of the enterprise.

    `sources` are the codes by which requirements and captures name it. One that is planned, or
    retired, holds nothing yet, or any more.
    """

    name: Code
    title: Word
    description: Text
    owner: Owner
    kind: Kind = "application"
    status: Standing = "active"
    location: Location = Location()
    holds: tuple[Holding, ...] = ()
    sources: tuple[Code, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    objectives: Objectives = Objectives()
    dependants: tuple[Dependant, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it holds anything now."""
        return self.status in ("active", "retiring")

    def role_of(self, requirement: str, record_type: str, path: Path) -> Role | None:
        """Return its role for an element: that of the narrowest holding, None when not held."""
        if not self.counts:
            return None
        best: tuple[tuple[int, int], Role] | None = None
        for holding in self.holds:
            width = _width(holding, requirement, record_type, path)
            if width is not None and (best is None or width > best[0]):
                best = (width, holding.role)
        return best[1] if best else None


def _width(holding: Holding, requirement: str, record_type: str, path: str) -> (
    tuple[int, int] | None
):  # fmt: skip
    """Return how narrowly a holding is about an element, None when it is not."""
    if holding.requirements:
        return (2, 0) if requirement in holding.requirements else None
    if holding.type not in (EVERY, record_type):
        return None
    depths = [
        0 if held == EVERY else held.count(".") + 1
        for held in holding.paths
        if held in (EVERY, path) or path.startswith(f"{held}.")
    ]
    return (int(holding.type != EVERY), max(depths)) if depths else None
