"""Records planted in a file: plausible, in no inventory, and derived from the job alone.

Whoever finds one of their values somewhere learns which download it came from. Their addresses
lie in the domain of CINV_CANARY_DOMAIN, so that a letter to one can arrive.
"""

import hashlib
from collections.abc import Callable, Iterator

from customer_inventory.access.download.mark import Marks
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import LENGTH, compose
from customer_inventory.record.declare import Document, RecordType

MOST = 20
_GIVEN = (
    "Anna", "Marta", "Elena", "Sofia", "Clara", "Ines", "Nina", "Laura",
    "Jonas", "Marco", "Felix", "Tomas", "Pavel", "Henrik", "Luis", "Emil",
)  # fmt: skip
_FAMILY = (
    "Berger", "Lindner", "Novak", "Moreau", "Keller", "Santos", "Vogel", "Larsen",
    "Weber", "Kovacs", "Romano", "Jansen", "Fischer", "Duarte", "Nilsson", "Marek",
)  # fmt: skip
_KEPT_OF_ID = 11
"""So many characters of a neighbour's id: its bucket, and nearly all of its time."""


def check_type(declared: RecordType) -> None:
    """Raise Invalid unless records of this type can be made up."""
    if declared.name not in _MADE:
        raise Invalid(
            f"There are no plausible made-up records of {declared.name}.",
            path="canaries",
            hint=f"Known: {', '.join(_MADE)}.",
        )


def planted(
    marks: Marks, download: str, number: int, declared: RecordType, *, near: str, domain: str
) -> Document:
    """Return planted record `number` of a download, in the order of ids beside the record `near`.

    Always the same for the same neighbour.
    """
    seed = marks.derived("canary", download, str(number))
    given, family = _GIVEN[seed[0] % 16], _FAMILY[seed[1] % 16]
    address = f"{given}.{family}{int.from_bytes(seed[2:6]) % 10**6}@{domain}".lower()
    rest = compose(0, int.from_bytes(seed[8:23]))[_KEPT_OF_ID:]
    identifier = near[:_KEPT_OF_ID] + rest
    return {
        "id": identifier,
        "@type": declared.entity,
        **_MADE[declared.name](given, family, address),
    }


def hashes(document: Document) -> set[bytes]:
    """Return the hashes of the values by which a planted record is known."""
    return {hashed(value) for value in _telling(document)}


def hashed(value: str) -> bytes:
    """Return the hash under which a value is kept, however it is written."""
    return hashlib.sha256(value.strip().lower().encode()).digest()


def _telling(document: Document) -> Iterator[str]:
    yield document["id"]
    for medium in document.get("contactMedium", ()):
        yield medium["emailAddress"]


def _medium(address: str) -> list[Document]:
    return [
        {"@type": "EmailContactMedium", "contactType": "email", "preferred": True,
         "emailAddress": address}
    ]  # fmt: skip


def _individual(given: str, family: str, address: str) -> Document:
    return {"givenName": given, "familyName": family, "contactMedium": _medium(address)}


def _organization(_: str, family: str, address: str) -> Document:
    return {"name": f"{family} & Partner", "contactMedium": _medium(address)}


def _role(given: str, family: str, address: str) -> Document:
    name = f"{given} {family}"
    # The party is in no inventory either: its id is derived from the address.
    number = int.from_bytes(hashlib.sha256(address.encode()).digest()[:17])
    party = compose(number >> 120 & 1023, number & (1 << 120) - 1)
    engaged = {"@type": "PartyRef", "@referredType": "Individual", "id": party, "name": name}
    return {"name": name, "engagedParty": engaged, "contactMedium": _medium(address)}


_MADE: dict[str, Callable[[str, str, str], Document]] = {
    "individual": _individual,
    "organization": _organization,
    "customer": _role,
    "partyRole": _role,
}

assert LENGTH > _KEPT_OF_ID  # noqa: S101 - the rest of an id is derived
