"""The registers that grants name: purposes with their legal basis, people with their capacities."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from customer_inventory.access.operation import FUNCTIONS
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.choice.asked import normal
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LEGAL_BASES = (
    "consent",
    "contract",
    "legalObligation",
    "vitalInterests",
    "publicTask",
    "legitimateInterests",
)
"""The six of GDPR article 6(1), in the order of its letters."""

OBJECTIONABLE = ("publicTask", "legitimateInterests")
"""The bases against which a subject may object (GDPR article 21(1))."""

MOST_WORDS = 20

REVIEWER = "reviewer"
PLAIN_CAPACITIES = (REVIEWER, "security", "dpo", "breakGlass")
_DATA_OWNER = "dataOwner:"
_CODE = re.compile(r"[a-z][A-Za-z0-9-]{0,62}")


async def register_purpose(
    database: Database,
    code: str,
    *,
    title: str,
    legal_basis: str,
    requires_consent: bool = False,
    despite_restriction: bool = False,
    despite_objection: bool = False,
    privacy_purposes: Collection[str] = (),
    is_retired: bool = False,
    registered_by: str,
) -> None:
    """Register a purpose, or change a registered one; grants name it by `code`.

    Consent as the basis always requires consent. With `despite_restriction` it is one of those for
    which restricted data may always be processed (GDPR article 18(2)), with `despite_objection` one
    whose grounds override objections (21(1)). `privacy_purposes` are the words of privacy
    agreements (TMF644) that speak of it, WORD or WORD/NAME; without any, its code does. Raises
    Invalid for a code that is no single word, an empty title, a basis that GDPR article 6 does not
    know, or words that are none.
    """
    if not _CODE.fullmatch(code) or not title.strip():
        raise Invalid("A purpose has a code of one word and a title.", hint="Give both.")
    if legal_basis not in LEGAL_BASES:
        raise Invalid(
            f"{legal_basis!r} is no legal basis.", hint=f"Known: {', '.join(LEGAL_BASES)}."
        )
    words = sorted({normal(word) for word in privacy_purposes})
    if len(words) > MOST_WORDS or not all(word.strip("/") for word in words):
        raise Invalid(f"must be {MOST_WORDS} words at most, none empty.", path="privacyPurpose")
    needs_consent = requires_consent or legal_basis == "consent"
    state = "retired" if is_retired else "active"
    await database.execute(
        SQL.register_purpose,
        code,
        title,
        legal_basis,
        needs_consent,
        despite_restriction,
        despite_objection,
        words,
        state,
        registered_by,
    )


async def purposes(database: Database) -> Sequence[Row]:
    """Return every registered purpose."""
    return await database.fetch(SQL.list_purposes)


async def check_purpose(connection: Connection, purpose: str) -> None:
    """Raise Invalid for a purpose that is not registered, or retired."""
    if await connection.fetchval(SQL.purpose_state, purpose) != "active":
        raise Invalid(
            f"{purpose!r} is no registered purpose.", hint="`cinv access purpose add` adds one."
        )


async def register_capacity(
    database: Database,
    person: str,
    capacity: str,
    *,
    until: datetime | None = None,
    registered_by: str,
) -> None:
    """Let `person` decide in `capacity`, until a time or for good; a past time ends it.

    Raises Invalid for a capacity that is not known, or for nobody.
    """
    check_capacity(capacity)
    if not person.strip():
        raise Invalid("A capacity is that of a person.", hint="Name the person.")
    await database.execute(SQL.register_capacity, person, capacity, until, registered_by)


def check_capacity(capacity: str) -> None:
    """Raise Invalid for a capacity that is not known."""
    record_type = capacity.removeprefix(_DATA_OWNER)
    is_type = record_type in (EVERY_TYPE, *FUNCTIONS) or record_type in TYPES
    owns = capacity.startswith(_DATA_OWNER) and is_type
    if not owns and capacity not in PLAIN_CAPACITIES:
        known = ", ".join((f"{_DATA_OWNER}TYPE", *PLAIN_CAPACITIES))
        raise Invalid(f"There is no capacity {capacity!r}.", hint=f"Known: {known}.")


async def people(database: Database) -> Sequence[Row]:
    """Return every person and capacity: a row each."""
    return await database.fetch(SQL.list_people)
