"""Sessions of browsers: rows that can be ended, behind a random id that only the browser has.

A session ends after 15 minutes without a request, and eight hours after it began (OWASP ASVS 5.0,
chapter 7).
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LONGEST_ID = 100


@dataclass(frozen=True)
class SignedIn:
    """A person who is signed in, and the token that each form of theirs must carry.

    `work` is what they chose to work as, a process and a purpose; None before they did, and after
    they act through that process no more. Without `has_character_keys` single keys do nothing for
    them.
    """

    person: str
    name: str
    is_administrator: bool
    form_token: str
    session: bytes
    work: tuple[str, str] | None = None
    has_character_keys: bool = True


async def begin(
    database: Database, person: str, *, source: str | None, before: str | None = None
) -> str:
    """Return the id of a new session; the one that the browser had `before` ends."""
    secret = secrets.token_urlsafe(32)
    ended = _digest(before) if before else b""
    await database.execute(SQL.begin_session, _digest(secret), person, source, ended)
    return secret


async def find(database: Database, secret: str) -> SignedIn | None:
    """Return who is behind the id of a session; None when it ended or never was."""
    if not secret or len(secret) > LONGEST_ID:
        return None
    row = await database.row(SQL.session_by_id, _digest(secret))
    if row is None:
        return None
    return SignedIn(
        row["person"],
        row["name"],
        row["is_administrator"],
        form_token(secret),
        _digest(secret),
        (row["process"], row["purpose"]) if row["process"] else None,
        row["has_character_keys"],
    )


def form_token(secret: str) -> str:
    """Return the token of the forms of a session."""
    return hashlib.sha256(f"form {secret}".encode()).hexdigest()


async def whose_it_was(database: Database, secret: str) -> str | None:
    """Return whose session it was that is over by the passing of time; None for any other."""
    if not secret or len(secret) > LONGEST_ID:
        return None
    person: str | None = await database.value(SQL.whose_session_it_was, _digest(secret))
    return person


async def work_as(database: Database, session: bytes, process: str, purpose: str) -> None:
    """Note what whoever is behind a session works as; whether they may is looked up each time."""
    await database.execute(SQL.work_as, session, process, purpose)


def fits(signed_in: SignedIn, form_token: str) -> bool:
    """Tell whether a form was made for this session."""
    return hmac.compare_digest(signed_in.form_token.encode(), form_token.encode())


async def end(database: Database, session: bytes) -> None:
    """End a session."""
    await database.execute(SQL.end_session, session)


async def end_all(database: Database, person: str, *, but: bytes = b"") -> None:
    """End every session of a person, but one."""
    await database.execute(SQL.end_sessions, person, but)


async def sessions(database: Database, person: str) -> Sequence[Row]:
    """Return the sessions of a person: rows of sha256, begun_at, seen_at and source."""
    return await database.fetch(SQL.sessions_of_person, person)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
