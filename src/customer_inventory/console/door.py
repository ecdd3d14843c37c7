"""The door of the console: each screen as a page and as its twins, its forms, and who may what.

A request walks the stages of every door: nothing is shown before its entry in the ledger is
durable. Who is not signed in is led to sign in, who has not said what they work as is asked, and
what they had typed is there again when they come back.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, quote, urlencode

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Ledger
from customer_inventory.access.operation import Operation
from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import form as forms
from customer_inventory.access.person import session as sessions
from customer_inventory.access.person.session import SignedIn
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.scope import demand_whole
from customer_inventory.console import answering
from customer_inventory.console.browser import FORM_TOKEN, ONCE, SIGN_IN, Asked, Browser, NotOurForm
from customer_inventory.console.found import Found, find
from customer_inventory.console.screen import ANYTHING, Form, Screen, View
from customer_inventory.console.words import FIRST
from customer_inventory.console.work import WORK
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError, Refused, Unauthenticated
from customer_inventory.store.safe import Safe
from customer_inventory.web import failure
from customer_inventory.web.exchange import Answer, Receive, Request, Scope, Send, read, send_answer
from customer_inventory.web.form import parsed
from customer_inventory.web.rooms import Rooms
from customer_inventory.web.stages import Place, Stages, Took

_LARGEST_FORM = 256 * 1024
_SENT = ("POST",)


@dataclass(frozen=True)
class Working:
    """Who looks, as what, and how their browser asks."""

    who: SignedIn
    session: Session
    asked: Asked


_working: ContextVar[Working] = ContextVar("working at the console")
_again: ContextVar[Answer | None] = ContextVar("a screen shown again", default=None)
"""The page of a form that was refused, filled as it was."""


class ConsoleDoor(Stages):
    """An ASGI application that serves every declared screen."""

    def __init__(
        self,
        screens: tuple[Screen, ...],
        rooms: Rooms,
        guard: Guard,
        ledger: Ledger,
        *,
        browser: Browser,
        safe: Safe,
        max_body_bytes: int,
        took: Took,
    ) -> None:
        super().__init__(
            self._place,
            guard,
            ledger,
            max_body_bytes=max_body_bytes,
            missed=rooms.inventory.missed,
            took=took,
        )
        self.screens = screens
        self._rooms = rooms
        self._browser = browser
        self._safe = safe

    def serves(self, path: str) -> bool:
        """Tell whether a screen, a twin or a form is at a path."""
        return bool(self._found(path, "GET") or self._found(path, "POST"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of a browser."""
        try:
            answer = await self._answered(scope, receive)
        except InventoryError as error:
            answer = self._failed(error, scope)
        except Exception as error:  # noqa: BLE001 - whatever it is, the browser gets an answer
            answer = failure.unforeseen(error, partial(self._failed, scope=scope))
        head_only = scope["method"] == "HEAD"
        await send_answer(answering.packed(answer, scope), receive, send, head_only=head_only)

    async def _answered(self, scope: Scope, receive: Receive) -> Answer:
        asked = Asked.of(scope)
        if scope["method"] == "POST":
            self._browser.check_sender(asked.headers)
        who = await sessions.find(self._browser.database, asked.session)
        if who is None:
            return await self._led(SIGN_IN, asked, scope, receive)
        session = await self._session_of(who, asked)
        if session is None:
            return await self._led(WORK, asked, scope, receive, who)
        _working.set(Working(who, session, asked))
        _again.set(None)
        return await self.answer(scope, receive)

    async def _session_of(self, who: SignedIn, asked: Asked) -> Session | None:
        """Return what they may as what they work as; None where they must say it first."""
        work = who.work
        if work is None:
            rows = await accounts.processes_of(self._browser.database, who.person)
            if len(rows) != 1:
                return None
            # There is nothing to choose.
            work = rows[0]["process"], rows[0]["purpose"]
            await sessions.work_as(self._browser.database, who.session, *work)
        session = await self.guard.acting(Actor(*work, who.person, asked.source))
        return session if session and session.permissions else None

    async def _led(
        self,
        place: str,
        asked: Asked,
        scope: Scope,
        receive: Receive,
        who: SignedIn | None = None,
    ) -> Answer:
        """Lead a browser to where it is asked first; it comes back with what was typed."""
        found = self._found(scope["path"], scope["method"])
        if found is None or found.twin:
            raise Unauthenticated("Nobody is signed in here.", hint=f"Sign in at {SIGN_IN}.")
        back = found.screen.address(**found.path)
        query = dict(parse_qsl(asked.query))
        if scope["method"] == "POST":
            database = self._browser.database
            person = who.person if who else await sessions.whose_it_was(database, asked.session)
            form = dict(parsed(asked.media, (await read(scope, receive, most=_LARGEST_FORM)).body))
            if person is not None:
                query["typed"] = await self._keep(person, scope["path"], form)
        back = f"{back}?{urlencode(query)}" if query else back
        return answering.leading(f"{place}?next={quote(back, safe='')}", asked)

    async def authenticated(self, scope: Scope) -> Session:  # noqa: ARG002 - it is known by now
        """Return the session of what whoever is signed in works as."""
        return _working.get().session

    def _failed(self, error: InventoryError, scope: Scope) -> Answer:
        """Return what tells whoever is not at work here of a failure."""
        found = self._found(scope["path"], scope["method"])
        if found and found.twin:
            return failure.answer(error).with_headers(answering.HEAD)
        return answering.refused(error, Asked.of(scope))

    def explained(self, error: InventoryError, scope: Scope) -> Answer:
        """Return the page, or for programs the words, that tell of a failure."""
        if again := _again.get():
            return again
        found = self._found(scope["path"], scope["method"])
        if found is None or found.twin:
            return self._failed(error, scope)
        view = self._view(found, Request("GET", "", b"", {}, b"", None))
        return answering.refused_in(view, error, self.screens)

    async def _keep(self, person: str, path: str, form: Form) -> str:
        """Keep what a person typed into the form of a path; return the word for it."""
        typed = {name: said for name, said in form.items() if name not in (FORM_TOKEN, ONCE)}
        return await forms.keep_typed(self._browser.database, self._safe, person, path, typed)

    def demanded(self, session: Session, place: Place) -> None:
        """Raise NotPermitted unless the session may what a place needs; of forms, see `_act`."""
        if place.record_type != ANYTHING and place.allowed != _SENT:
            super().demanded(session, place)

    def _found(self, path: str, method: str) -> Found | None:
        return find(self.screens, path, method)

    def _place(self, path: str, method: str) -> Place:
        found = self._found(path, "GET" if method == "HEAD" else method)
        if found is None:
            return Place()
        screen, action = found.screen, found.action
        identifier = found.path.get("id", "")
        if action is not None:
            return Place(
                action.entry_type or screen.entry_type,
                identifier,
                _typed(action.record_type, found.path),
                action.operation,
                partial(self._act, found),
                _SENT,
                _LARGEST_FORM,
                action.either,
            )
        is_download = found.twin and screen.is_list
        operation = Operation.DOWNLOAD if is_download else screen.operation
        kind = _typed(screen.record_type, found.path)
        handle = partial(self._show, found)
        return Place(screen.entry_type, identifier, kind, operation, handle, ("GET",))

    def _view(self, found: Found, request: Request) -> View:
        working = _working.get()
        query = dict(parse_qsl(request.query.decode("latin-1"), max_num_fields=50))
        return View(
            self._rooms,
            working.session,
            working.who,
            request,
            found.path,
            query,
            FIRST if found.twin else working.asked.language,
            found.screen,
            notice=working.asked.notice,
        )

    async def _show(self, found: Found, session: Session, request: Request) -> Answer:
        view = self._view(found, request)
        if found.screen.record_type == EVERY_TYPE:
            demand_whole(session.sight.rows)
        if word := view.query.get("typed"):
            database, person = self._browser.database, view.who.person
            kept = await forms.typed_before(database, self._safe, person, word)
            view = view.with_typed(*kept) if kept else view
        shown = await found.screen.show(view)
        if found.screen.is_file:
            return answering.file_of(shown)
        if found.twin:
            return answering.twin(found.twin, shown, view)
        return answering.page_of(view, shown, self.screens)

    async def _act(self, found: Found, session: Session, request: Request) -> Answer:
        assert found.action is not None  # noqa: S101 - it was found by it
        view = self._view(found, request)
        form = dict(parsed(request.header(b"content-type"), request.body))
        self._browser.check_token(view.who, form.pop(FORM_TOKEN, ""))
        place = self._place(request.path, request.method)
        try:
            if place.record_type != ANYTHING:
                super().demanded(session, place)
        except Refused as error:
            # What is not permitted any more is not done, and what was typed is not lost.
            word = await self._keep(view.who.person, request.path, form)
            again = view.link(typed=word)
            _again.set(answering.refused_in(view, error, self.screens, typed_again=again))
            raise
        if found.screen.record_type == EVERY_TYPE:
            demand_whole(session.sight.rows)
        database, once = self._browser.database, form.pop(ONCE, "")
        if not once:
            raise NotOurForm
        before = await forms.sent_before(database, once, view.who.person)
        asked = _working.get().asked
        if before is not None:
            return answering.leading(before, asked)
        try:
            done = await found.action.act(view, form)
        except InventoryError as error:
            await forms.take_back(database, once)
            await self._shown_again(found, view, form, error)
            raise
        await forms.answered(database, once, done.location)
        if kept := view.query.get("typed"):
            await forms.drop_typed(database, view.who.person, kept)
        return answering.leading(done.location, asked, notice=done.notice, ids=done.ids)

    async def _shown_again(
        self, found: Found, view: View, form: Form, error: InventoryError
    ) -> None:
        """Have the screen shown again for a form that was refused, filled as it was."""
        again = view.with_typed(view.request.path, form, error)
        try:
            shown = await found.screen.show(again)
        except InventoryError:
            return  # the screen is not there any more, either: the failure is told alone
        _again.set(answering.page_of(again, shown, self.screens, status=failure.status_of(error)))


def _typed(record_type: str | None, path: Mapping[str, str]) -> str | None:
    if record_type and record_type.startswith("{"):
        return path[record_type.strip("{}")]
    return record_type
