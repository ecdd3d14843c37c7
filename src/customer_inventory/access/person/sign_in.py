"""Signing in: with name, password and second factor, or as a provider says; each leaves its entry.

What was wrong is never told, nor whether an account is there; the same work is done either way.
"""

from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import password as passwords
from customer_inventory.access.person import second_factor, session
from customer_inventory.access.person.account import Account
from customer_inventory.access.person.attempts import Attempts
from customer_inventory.access.person.password import Passwords
from customer_inventory.access.stranger import Strangers
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Unauthenticated
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe

SIGN_IN = "signIn"
SIGN_OUT = "signOut"
ENTRY_TYPE = "account"
_OWN = "account"
"""The rule by which people do to their own account what they do."""


class NotSignedIn(Unauthenticated):
    """Name, password or code is not right."""

    def __init__(self) -> None:
        super().__init__("The name, the password or the code is not right.")


class Waits(Unauthenticated):
    """Too many attempts failed."""

    code = "tooManyAttempts"

    def __init__(self) -> None:
        super().__init__("Too many attempts failed.", hint="Try again in 15 minutes.")


class SignIn:
    """How people sign in at one service."""

    def __init__(
        self, database: Database, safe: Safe, ledger: Ledger, strangers: Strangers
    ) -> None:
        self.passwords = Passwords()
        self._database = database
        self._safe = safe
        self._ledger = ledger
        self._strangers = strangers
        self._attempts = Attempts()

    async def with_password(
        self, person: str, password: str, code: str, *, source: str | None, before: str | None
    ) -> str:
        """Return the id of a new session; the one that the browser had `before` ends.

        Raises Waits after too many failures, and NotSignedIn.
        """
        person = accounts.word_of(person)
        if self._attempts.must_wait(person, source):
            self._strangers.refused(source)
            raise Waits
        account = await self._shown(person, password, code, source)
        if account is None:
            self._attempts.failed(person, source)
            self._strangers.refused(source)
            raise NotSignedIn
        self._attempts.succeeded(person, source)
        return await self.begin(account.person, source=source, before=before)

    async def begin(self, person: str, *, source: str | None, before: str | None) -> str:
        """Return the id of a new session of a person who has shown who they are."""
        made = await session.begin(self._database, person, source=source, before=before)
        await self._ledger.append(_entry(SIGN_IN, person, source, "permit", 303))
        return made

    async def end(self, signed_in: session.SignedIn, *, source: str | None) -> None:
        """End a session."""
        await session.end(self._database, signed_in.session)
        await self._ledger.append(_entry(SIGN_OUT, signed_in.person, source, "permit", 303))

    async def change_password(
        self, person: str, current: str, new: str, *, source: str | None
    ) -> None:
        """Give a person another password, if `current` is the present one.

        Raises Waits, NotSignedIn, and Invalid for a new one that will not do.
        """
        if self._attempts.must_wait(person, source):
            raise Waits
        account = await accounts.find(self._database, person)
        if not await self.passwords.fits(account.password if account else None, current):
            self._attempts.failed(person, source)
            await self.changed(person, "changePassword", source=source, decision="deny")
            raise NotSignedIn
        passwords.check(new, person)
        await accounts.set_password(self._database, person, await self.passwords.hashed(new))
        await self.changed(person, "changePassword", source=source)

    def refused(self, source: str | None) -> None:
        """Count somebody who came back from a provider with nothing that counts."""
        self._strangers.refused(source)

    async def changed(
        self, person: str, what: str, *, source: str | None, decision: str = "permit"
    ) -> None:
        """Keep the entry of what a person changed of their own account, or was refused."""
        status = 303 if decision == "permit" else 401
        await self._ledger.append(_entry(what, person, source, decision, status))

    async def _shown(
        self, person: str, password: str, code: str, source: str | None
    ) -> Account | None:
        """Return the account if password and code are its own."""
        account = await accounts.find(self._database, person)
        kept = account.password if account and account.state == "active" else None
        if not await self.passwords.fits(kept, password):
            return None
        assert account is not None  # noqa: S101 - a password fits only where one is kept
        assert account.sealed_totp is not None  # noqa: S101 - both factors or none, by constraint
        if await second_factor.take(self._database, self._safe, person, account.sealed_totp, code):
            return account
        # Whoever has the password is known: the refusal is an entry of its own.
        await self._ledger.append(_entry(SIGN_IN, person, source, "deny", 401))
        return None


def _entry(operation: str, person: str, source: str | None, decision: str, status: int) -> Entry:
    return Entry(
        at=now().isoformat(),
        process=PROCESS,
        purpose=PURPOSE,
        person=person,
        operation=operation,
        type=ENTRY_TYPE,
        status=status,
        decision=decision,
        rule=_OWN if decision == "permit" else NotSignedIn.code,
        source=source,
    )
