"""Issuers: external OpenID providers that are trusted to say which client calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

ALGORITHMS = (
    "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA",
)  # fmt: skip
"""Signatures with a key pair; none with a shared secret."""

_SHORTEST_LIFE, _LONGEST_LIFE = timedelta(minutes=1), timedelta(days=1)
_MOST_LEEWAY = timedelta(minutes=5)
_LONGEST_TEXT = 500


@dataclass(frozen=True)
class Issuer:
    """A trusted issuer: where its keys are, and what a token of it must look like.

    `issuer` is compared letter by letter with `iss`; a token names `audience`, has one of
    `accepted_types` (RFC 9068: `at+jwt`), lives `longest_life` at most, and says in
    `client_claim` which of its clients calls and in `scope_claim` what for.
    """

    issuer: str
    jwks_uri: str
    audience: str
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    accepted_types: tuple[str, ...] = ("at+jwt",)
    client_claim: str = "client_id"
    scope_claim: str = "scope"
    longest_life: timedelta = timedelta(hours=1)
    leeway: timedelta = timedelta(seconds=30)


class NoSuchIssuer(NotFound):
    """No issuer of that name is trusted."""

    def __init__(self, issuer: str) -> None:
        super().__init__(
            f"There is no issuer {issuer!r}.", hint="`cinv access issuer list` names them all."
        )


async def trust(database: Database, issuer: Issuer, *, registered_by: str) -> None:
    """Trust an issuer from now on, or change what its tokens must look like.

    Raises Invalid for an algorithm with a shared secret, and for what is missing or too long.
    """
    _check(issuer)
    await database.execute(
        SQL.trust_issuer,
        issuer.issuer,
        issuer.jwks_uri,
        list(issuer.algorithms),
        [word.lower() for word in issuer.accepted_types],
        issuer.audience,
        issuer.client_claim,
        issuer.scope_claim,
        issuer.longest_life,
        issuer.leeway,
        registered_by,
    )


async def remove(database: Database, issuer: str) -> None:
    """Trust an issuer no more: its clients are revoked, its tokens end at once.

    Raises NoSuchIssuer.
    """
    if await database.value(SQL.remove_issuer, issuer) is None:
        raise NoSuchIssuer(issuer)


async def issuers(database: Database) -> Sequence[Row]:
    """Return every trusted issuer: a row each."""
    return await database.fetch(SQL.list_issuers)


async def trusted(database: Database) -> dict[str, Issuer]:
    """Return the trusted issuers by name."""
    return {row["issuer"]: _issuer(row) for row in await issuers(database)}


async def is_trusted(database: Database, issuer: str) -> bool:
    """Tell whether an issuer of that name is trusted."""
    return any(row["issuer"] == issuer for row in await issuers(database))


async def client_of(database: Database, issuer: str, external_id: str) -> Row | None:
    """Return id, generation, purposes and personal purposes of whom an issuer knows by a name."""
    return await database.row(SQL.client_of_issuer, issuer, external_id)


def _issuer(row: Row) -> Issuer:
    return Issuer(
        row["issuer"],
        row["jwks_uri"],
        row["audience"],
        tuple(row["algorithms"]),
        tuple(row["accepted_types"]),
        row["client_claim"],
        row["scope_claim"],
        row["longest_life"],
        row["leeway"],
    )


def _check(issuer: Issuer) -> None:
    texts = (
        issuer.issuer,
        issuer.jwks_uri,
        issuer.audience,
        issuer.client_claim,
        issuer.scope_claim,
        *issuer.accepted_types,
    )
    if not all(text.strip() and len(text) <= _LONGEST_TEXT for text in texts):
        raise Invalid("An issuer has a name, keys and an audience.", hint="Give all of them.")
    if not issuer.accepted_types or not issuer.algorithms:
        raise Invalid("An issuer has types and algorithms of tokens.", hint="Give one at least.")
    if unknown := set(issuer.algorithms) - set(ALGORITHMS):
        raise Invalid(
            f"{', '.join(sorted(unknown))} is no algorithm of a key pair.",
            hint=f"Known: {', '.join(ALGORITHMS)}.",
        )
    if not _SHORTEST_LIFE <= issuer.longest_life <= _LONGEST_LIFE:
        raise Invalid("A token lives a minute at least and a day at most.", hint="Give 1m to 1d.")
    if not timedelta(0) <= issuer.leeway <= _MOST_LEEWAY:
        raise Invalid("Clocks differ by five minutes at most.", hint="Give a smaller leeway.")
