"""The page of one's own account: sessions, password, tokens for the API."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import password as passwords
from customer_inventory.access.person import personal_token, session
from customer_inventory.access.person.session import SignedIn
from customer_inventory.access.person.sign_in import SignIn
from customer_inventory.console.browser import (
    SESSION,
    Browser,
    Form,
    keep,
    language,
    masked,
    source_of,
)
from customer_inventory.console.page import leading, page
from customer_inventory.kit.errors import Conflict, Invalid, InventoryError, Refused
from customer_inventory.store.database import Database
from customer_inventory.web.failure import status_of

ACCOUNT = "/account"
PASSWORD = f"{ACCOUNT}/password"
TOKEN = f"{ACCOUNT}/token"
REVOKE = f"{ACCOUNT}/token/revoke"
END_SESSIONS = f"{ACCOUNT}/sessions/end"


@dataclass(frozen=True)
class AccountPages:
    """The pages of one's own account."""

    database: Database
    browser: Browser
    signing_in: SignIn

    def routes(self) -> list[Route]:
        """Return the routes of these pages."""
        sent = self.browser.sent
        return [
            Route(ACCOUNT, self.browser.shown(self._show), methods=["GET"]),
            Route(PASSWORD, sent(self._change_password), methods=["POST"]),
            Route(TOKEN, sent(self._issue), methods=["POST"]),
            Route(REVOKE, sent(self._revoke), methods=["POST"]),
            Route(END_SESSIONS, sent(self._end_others), methods=["POST"]),
        ]

    async def _show(self, request: Request, who: SignedIn) -> Response:
        return await self._page(request, who)

    async def _page(
        self,
        request: Request,
        who: SignedIn,
        status: int = 200,
        error: InventoryError | None = None,
        **told: Any,
    ) -> Response:
        known = await accounts.find(self.database, who.person)
        return page(
            "account",
            status,
            language=language(request),
            view=None,
            form_token=masked(who.form_token),
            who=who,
            error=error,
            secret=told.get("secret"),
            has_password=known is not None and known.password is not None,
            shortest=passwords.SHORTEST,
            longest_days=personal_token.LONGEST_LIFE.days,
            sessions=await session.sessions(self.database, who.person),
            tokens=await personal_token.tokens(self.database, who.person),
            processes=await accounts.processes_of(self.database, who.person),
            capacities=await accounts.capacities_of(self.database, who.person),
        )

    async def _change_password(self, request: Request, who: SignedIn, form: Form) -> Response:
        source = source_of(request)
        try:
            await self.signing_in.change_password(
                who.person, form.get("current", ""), passwords.chosen(form), source=source
            )
        except (Invalid, Refused) as error:
            return await self._page(request, who, status_of(error), error)
        # Whoever had the old one has no session left; this browser gets a new one.
        await session.end_all(self.database, who.person)
        made = await self.signing_in.begin(who.person, source=source, before=None)
        return keep(leading(ACCOUNT), SESSION, made)

    async def _issue(self, request: Request, who: SignedIn, form: Form) -> Response:
        process, _, purpose = form.get("process", "").partition(" ")
        try:
            token = await personal_token.issue(
                self.database,
                who.person,
                name=form.get("name", "").strip(),
                process=process,
                purpose=purpose,
                lifetime=timedelta(days=_days(form.get("days", ""))),
            )
        except (Invalid, Refused, Conflict) as error:
            return await self._page(request, who, status_of(error), error)
        await self.signing_in.changed(who.person, "issueToken", source=source_of(request))
        return await self._page(request, who, secret=token.secret)

    async def _revoke(self, request: Request, who: SignedIn, form: Form) -> Response:
        await personal_token.revoke(self.database, who.person, form.get("name", ""))
        await self.signing_in.changed(who.person, "revokeToken", source=source_of(request))
        return leading(ACCOUNT)

    async def _end_others(self, request: Request, who: SignedIn, _: Form) -> Response:
        await session.end_all(self.database, who.person, but=who.session)
        await self.signing_in.changed(who.person, "endSessions", source=source_of(request))
        return leading(ACCOUNT)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 3:  # noqa: PLR2004 - 90 at most
        raise Invalid("The token lives a number of days.", path="days", hint="Give 1 to 90.")
    return int(text)
