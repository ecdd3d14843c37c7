"""What a screen is: declared once, and from it follow page, twins, navigation, right and ledger.

A screen asks the rooms for what it shows, as the routes of the API do; it has no statement of its
own. `docs/how-to/build-a-screen.md` walks through one.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from re import Pattern
from typing import Any, Literal
from urllib.parse import urlencode

from starlette.routing import compile_path

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.access.person.session import SignedIn
from customer_inventory.console.listing import Listing
from customer_inventory.console.words import words_of
from customer_inventory.console.written import Written
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.sight import Sight
from customer_inventory.web.exchange import Answer, Request
from customer_inventory.web.rooms import Rooms

Form = Mapping[str, str]
Room = Literal[
    "home", "customers", "requirements", "capture", "access", "audit", "usage", "facilities",
    "administration",
]  # fmt: skip
"""Where in the navigation a screen stands."""

ANYTHING = "anything"
"""In place of a record type: whoever works here may see the screen, which shows what they may."""


@dataclass(frozen=True)
class Shown:
    """What a screen shows.

    `content` is for the page and its twins, anything JSON; `aside` for the page alone (choices of a
    form, charts). `listing` is the list that the screen is about, if it is about one. `ids` and
    `groups` are the records and groups of attributes that it tells of, for the ledger. `title`
    stands in place of the screen's own; `reason` is the case that it is looked at for. A `file` is
    what a screen that is one answers with.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    listing: Listing | None = None
    aside: Mapping[str, Any] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    title: str = ""
    reason: str | None = None
    file: Answer | None = None


@dataclass(frozen=True)
class Done:
    """What came of an action: where the browser goes, and what it is told there.

    `ids` are the records that were changed, for the ledger.
    """

    location: str
    notice: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """One look at a screen: by whom, as what, at which address.

    `typed` is what stands in the form named `posted` (its action) already: of a form that was
    refused for `error`, or was not sent because the session was over.
    """

    rooms: Rooms
    session: Session
    who: SignedIn
    request: Request
    path: Mapping[str, str]
    query: Mapping[str, str]
    language: str
    screen: "Screen"
    notice: str = ""
    typed: Form = field(default_factory=dict)
    posted: str = ""
    error: InventoryError | None = None

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.session.actor

    @property
    def sight(self) -> Sight:
        """What they are shown."""
        return self.session.sight

    def may(self, operation: str, record_type: str | None) -> bool:
        """Tell whether they may do something to records of a type, or to a function."""
        return self.session.may(Operation(operation), record_type)

    def say(self, text: str, **named: object) -> str:
        """Return a text in their language, with what it names (`%(name)s`) put in."""
        told = words_of(self.language).gettext(text)
        return told % named if named else told

    def ours(self, text: str) -> str:
        """Return a text of the product in their language; what people wrote stays as it is."""
        return str(Written(self.language).ours(text))

    @property
    def here(self) -> str:
        """The path of the screen, without its query."""
        return self.screen.address(**self.path)

    def link(self, **changed: str | None) -> str:
        """Return the address of this screen with parameters changed; None leaves one out."""
        kept = {name: value for name, value in self.query.items() if name not in _ONCE}
        told = {name: value for name, value in {**kept, **changed}.items() if value}
        return f"{self.here}?{urlencode(told)}" if told else self.here

    def twin(self, form: str) -> str:
        """Return the address of the JSON or CSV twin (`json`, `csv`) of what is shown."""
        _, _, query = self.link().partition("?")
        return f"{self.here}.{form}{'?' if query else ''}{query}"

    def action(self, name: str) -> str:
        """Return where the form of an action is sent: it comes back to this page."""
        # What was kept of it goes once it is done.
        _, _, query = self.link(typed=self.query.get("typed")).partition("?")
        return f"{self.here}/{name}{'?' if query else ''}{query}"

    def once(self) -> str:
        """Return a word that makes a form good for one sending."""
        return secrets.token_urlsafe(16)

    def with_typed(self, posted: str, typed: Form, error: InventoryError | None = None) -> "View":
        """Return the view with a form filled as it was."""
        return replace(self, posted=posted, typed=typed, error=error)


Show = Callable[[View], Awaitable[Shown]]
Act = Callable[[View, Form], Awaitable[Done]]

_ONCE = ("part", "typed")
"""Parameters that are about one look, and no part of an address that is passed on."""


@dataclass(frozen=True)
class Action:
    """A form of a screen, sent to the screen's path with `/name` behind it.

    `operation` on `record_type` is the permission it needs. Where `either` will do as well, `act`
    demands more, by what it changes.
    """

    name: str
    operation: Operation
    record_type: str | None
    act: Act
    entry_type: str = ""
    either: Operation | None = None


@dataclass(frozen=True)
class Screen:
    """A page of the console, at `path` (parameters in braces).

    `operation` on `record_type` is the one permission it needs: a record type, a function, None for
    some record type, or ANYTHING. `show` returns what `template` shows. `entry_type` is what the
    ledger calls it. Its twins are at the path with `.json` and `.csv`; where `is_list` they are
    downloads. `navigation` is its name in the menu of its room, empty where it does not stand
    there. One that `is_file` has neither template nor twins.
    """

    path: str
    title: str
    room: Room
    operation: Operation
    record_type: str | None
    show: Show
    template: str
    entry_type: str
    is_list: bool = False
    navigation: str = ""
    actions: tuple[Action, ...] = ()
    is_file: bool = False

    @cached_property
    def pattern(self) -> Pattern[str]:
        """What matches its path."""
        return compile_path(self.path)[0]

    def address(self, **named: str) -> str:
        """Return its path with the parameters put in."""
        return self.path.format_map(named)

    def is_for(self, session: Session) -> bool:
        """Tell whether whoever works in a session may see it."""
        return self.record_type == ANYTHING or session.may(self.operation, self.record_type)

    def named(self, name: str) -> Action | None:
        """Return the action of a name; None where there is none."""
        return next((action for action in self.actions if action.name == name), None)
