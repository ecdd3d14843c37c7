"""The page on which people say what they work as: a process, and for which purpose."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import session
from customer_inventory.access.person.session import SignedIn
from customer_inventory.console.browser import Browser, Form, keep, language, masked
from customer_inventory.console.page import leading, page
from customer_inventory.console.words import COOKIE, LANGUAGES
from customer_inventory.kit.errors import Refused

WORK = "/work"
LANGUAGE = "/language"
HOME = "/home"
_A_YEAR = 31_536_000


class NotYourWork(Refused):
    """Somebody wants to work as what they are not admitted to."""

    code = "notYourWork"

    def __init__(self) -> None:
        super().__init__(
            "You do not act through that process for that purpose.",
            hint="An administrator can admit you to a process.",
        )


@dataclass(frozen=True)
class WorkPages:
    """Where people say what they work as, and in which language they are spoken to."""

    browser: Browser

    def routes(self) -> list[Route]:
        """Return the routes of these pages."""
        return [
            Route("/", self.browser.shown(self._home), methods=["GET"]),
            Route(WORK, self.browser.shown(self._show), methods=["GET"]),
            Route(WORK, self.browser.sent(self._choose), methods=["POST"]),
            Route(LANGUAGE, self.browser.sent(self._speak), methods=["POST"]),
        ]

    async def _home(self, *_: object) -> Response:
        return leading(HOME)

    async def _show(self, request: Request, who: SignedIn) -> Response:
        rows = await accounts.processes_of(self.browser.database, who.person)
        there = back_to(request.query_params.get("next", ""))
        return page(
            "work",
            language=language(request),
            view=None,
            who=who,
            form_token=masked(who.form_token),
            choices=rows,
            next=there,
            here=f"{WORK}?next={quote(there, safe='')}",
        )

    async def _choose(self, request: Request, who: SignedIn, form: Form) -> Response:
        del request
        process, _, purpose = form.get("work", "").partition(" ")
        rows = await accounts.processes_of(self.browser.database, who.person)
        if not any((row["process"], row["purpose"]) == (process, purpose) for row in rows):
            raise NotYourWork
        await session.work_as(self.browser.database, who.session, process, purpose)
        return leading(back_to(form.get("next", "")))

    async def _speak(self, _: Request, __: SignedIn, form: Form) -> Response:
        answer = leading(back_to(form.get("next", "")))
        chosen = form.get("language", "")
        return keep(answer, COOKIE, chosen, seconds=_A_YEAR) if chosen in LANGUAGES else answer


def back_to(told: str) -> str:
    """Return a path of ours that an address led from; home for anything else."""
    parts = urlsplit(told)
    is_ours = not parts.scheme and not parts.netloc and told.startswith("/")
    is_plain = "\\" not in told and not told.startswith("//") and told.isascii()
    return told if is_ours and is_plain and told.isprintable() else HOME
