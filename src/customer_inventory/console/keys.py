"""The keys that do something at the console, and whether they do for who is signed in.

Single characters may come from speech or a slip of the hand: whoever wants none switches them off
(WCAG 2.2, success criterion 2.1.4). Arrows, Enter and Escape go on working.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person.session import SignedIn
from customer_inventory.console.browser import Browser, Form, language, masked
from customer_inventory.console.page import leading, page
from customer_inventory.console.words import mark

KEYS = "/keys"
EVERY = (
    (
        mark("Everywhere"),
        (
            ("/", mark("to the search")),
            ("?", mark("these keys")),
            ("↓ ↑", mark("through what was found")),
            ("Enter", mark("open what was found")),
            ("Esc", mark("back to the box, or close a dialog")),
        ),
    ),
    (
        mark("A pair of duplicates"),
        (
            ("1", mark("show what it would be, keeping the first")),
            ("2", mark("show what it would be, keeping the second")),
            ("m", mark("merge")),
            ("n", mark("not the same")),
            ("l", mark("later")),
        ),
    ),
    (
        mark("An auditor's desk"),
        (
            ("1", mark("agrees, and to the next element")),
            ("2", mark("differs: the right value is typed next")),
            ("3", mark("cannot tell, and to the next element")),
            ("Enter", mark("keep the item, and show the next")),
        ),
    ),
)
"""By where they do something: each key, and what it does."""


@dataclass(frozen=True)
class KeyPages:
    """The list of keys, and the choice of having none of one character."""

    browser: Browser

    def routes(self) -> list[Route]:
        """Return the routes of these pages."""
        return [
            Route(KEYS, self.browser.shown(self._show), methods=["GET"]),
            Route(KEYS, self.browser.sent(self._choose), methods=["POST"]),
        ]

    async def _show(self, request: Request, who: SignedIn) -> Response:
        return page(
            "keys",
            language=language(request),
            view=None,
            who=who,
            form_token=masked(who.form_token),
            here=KEYS,
            every=EVERY,
        )

    async def _choose(self, _: Request, who: SignedIn, form: Form) -> Response:
        has = form.get("character_keys", "") == "on"
        await accounts.choose_keys(self.browser.database, who.person, has_character_keys=has)
        return leading(KEYS)
