"""Pages to sign in, enrol and sign out."""

from dataclasses import dataclass
from urllib.parse import quote, unquote

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from customer_inventory.access.person import code_flow, enrolment, second_factor
from customer_inventory.access.person import password as passwords
from customer_inventory.access.person.code_flow import CodeFlow, NotSignedInThere
from customer_inventory.access.person.session import SignedIn
from customer_inventory.access.person.sign_in import NotSignedIn, SignIn, Waits
from customer_inventory.console.browser import (
    SESSION,
    SIGN_IN,
    Browser,
    Form,
    drop,
    explained,
    keep,
    language,
    source_of,
)
from customer_inventory.console.page import HEADERS, leading, page
from customer_inventory.console.work import back_to
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe
from customer_inventory.web.failure import status_of
from customer_inventory.web.form import form_of

THERE = f"{SIGN_IN}/openid"
RETURN = f"{SIGN_IN}/return"
SIGN_OUT = "/sign-out"
ENROL = f"{enrolment.PATH}{{secret}}"
_FLOW = "__Host-cinv-flow"
_NEXT = "__Host-cinv-next"
"""Where a browser goes on after signing in, at a provider too."""
_NEXT_FOR = 1800
_BAD_REQUEST, _TOO_MANY = 400, 429


@dataclass(frozen=True)
class SignInPages:
    """The pages with which people show who they are."""

    database: Database
    safe: Safe
    browser: Browser
    signing_in: SignIn
    flow: CodeFlow

    def routes(self) -> list[Route]:
        """Return the routes of these pages."""
        return [
            Route(SIGN_IN, explained(self._show), methods=["GET"]),
            Route(SIGN_IN, explained(self._sign_in), methods=["POST"]),
            Route(THERE, explained(self._send), methods=["GET"]),
            Route(RETURN, explained(self._return), methods=["GET"]),
            Route(SIGN_OUT, self.browser.sent(self._sign_out), methods=["POST"]),
            Route(ENROL, explained(self._show_enrolment), methods=["GET"]),
            Route(ENROL, explained(self._enrol), methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        told = request.query_params.get("next", "")
        if await self.browser.signed_in(request):
            return leading(back_to(told))
        answer = await self._sign_in_page(request)
        return keep(answer, _NEXT, quote(back_to(told)), seconds=_NEXT_FOR) if told else answer

    async def _sign_in_page(
        self, request: Request, error: InventoryError | None = None, status: int = 200
    ) -> Response:
        rows = await code_flow.providers(self.database)
        there = [(row["title"], f"{THERE}?issuer={quote(row['issuer'], safe='')}") for row in rows]
        answer = page(
            "sign_in",
            status,
            language=language(request),
            view=None,
            providers=there,
            error=error,
            goes_on="next" in request.query_params or _NEXT in request.cookies,
        )
        if status == _TOO_MANY:
            answer.headers["Retry-After"] = "900"
        return answer

    async def _sign_in(self, request: Request) -> Response:
        self.browser.check_origin(request)
        form = await form_of(request)
        try:
            made = await self.signing_in.with_password(
                form.get("person", ""),
                form.get("password", ""),
                form.get("code", ""),
                source=source_of(request),
                before=request.cookies.get(SESSION),
            )
        except Waits as error:
            return await self._sign_in_page(request, error, _TOO_MANY)
        except NotSignedIn as error:
            return await self._sign_in_page(request, error, status_of(error))
        return self._begun(request, made)

    async def _send(self, request: Request) -> Response:
        sent = await self.flow.begin(request.query_params.get("issuer", ""))
        answer = RedirectResponse(sent.url, status_code=303, headers=dict(HEADERS))
        return keep(answer, _FLOW, sent.cookie, seconds=int(code_flow.GOOD_FOR.total_seconds()))

    async def _return(self, request: Request) -> Response:
        try:
            told = request.query_params.multi_items()
            account = await self.flow.complete(told, request.cookies.get(_FLOW, ""))
        except NotSignedInThere as error:
            self.signing_in.refused(source_of(request))
            answer = page(
                "refused",
                _BAD_REQUEST,
                language=language(request),
                error=error,
                view=None,
                typed_again="",
            )
            return drop(answer, _FLOW)
        made = await self.signing_in.begin(
            account.person, source=source_of(request), before=request.cookies.get(SESSION)
        )
        return drop(self._begun(request, made), _FLOW)

    def _begun(self, request: Request, made: str) -> Response:
        """Lead whoever has signed in to where they wanted to go."""
        there = back_to(unquote(request.cookies.get(_NEXT, "")))
        return keep(drop(leading(there), _NEXT), SESSION, made)

    async def _sign_out(self, request: Request, who: SignedIn, _: Form) -> Response:
        await self.signing_in.end(who, source=source_of(request))
        return drop(leading(SIGN_IN), SESSION)

    async def _show_enrolment(self, request: Request) -> Response:
        secret = request.path_params["secret"]
        who = await enrolment.look(self.database, secret)
        return self._enrolment_page(request, who, secret, second_factor.new_secret())

    def _enrolment_page(
        self,
        request: Request,
        who: enrolment.Enrolling,
        secret: str,
        totp: str,
        *,
        error: InventoryError | None = None,
        status: int = 200,
    ) -> Response:
        drawn = segno.make(second_factor.address(totp, who.person), error="m")
        return page(
            "enrol",
            status,
            language=language(request),
            view=None,
            who=who,
            action=f"{enrolment.PATH}{secret}",
            totp=" ".join(totp[at : at + 4] for at in range(0, len(totp), 4)),
            qr=drawn.svg_inline(scale=4, border=3, dark="#000", light="#fff", omitsize=True),
            # Sealed for this link: it comes back with the form, and nothing is kept meanwhile.
            sealed=self.safe.seal(totp.encode(), secret).hex(),
            shortest=passwords.SHORTEST,
            error=error,
        )

    async def _enrol(self, request: Request) -> Response:
        self.browser.check_origin(request)
        secret, form = request.path_params["secret"], await form_of(request)
        who = await enrolment.look(self.database, secret)
        totp = self._opened(form.get("sealed", ""), secret)
        try:
            who, codes = await enrolment.complete(
                self.database,
                self.safe,
                self.signing_in.passwords,
                secret,
                password=passwords.chosen(form),
                totp=totp,
                code=form.get("code", ""),
            )
        except Invalid as error:
            return self._enrolment_page(
                request, who, secret, totp, error=error, status=status_of(error)
            )
        await self.signing_in.changed(who.person, "enrol", source=source_of(request))
        return page("enrolled", language=language(request), view=None, who=who, codes=codes)

    def _opened(self, sealed: str, secret: str) -> str:
        try:
            return self.safe.open(bytes.fromhex(sealed), secret).decode()
        except (ValueError, InventoryError):
            raise Invalid("The form is not complete.", hint="Open the link again.") from None
