"""What a route of the management API declares, and the call its handler gets."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from re import Pattern
from typing import Any

from starlette.routing import compile_path

from customer_inventory.access.guard import Session
from customer_inventory.access.operation import Operation
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import encode
from customer_inventory.record.sight import Sight
from customer_inventory.web.exchange import Answer, Request
from customer_inventory.web.rooms import Rooms

ROOT = "/inventory/v1"
JSON = "application/json"

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a route: by whom, and what its path named (`path`, by parameter)."""

    rooms: Rooms
    session: Session
    request: Request
    path: Mapping[str, str]

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.session.actor

    @property
    def sight(self) -> Sight:
        """What the caller is shown."""
        return self.session.sight


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Route:
    """One method on one path below `ROOT`.

    `operation` on `record_type` is the one permission it needs; with None for the type, or the
    name of a path parameter in braces, it is the operation on some type, or on the type named
    there. A handler of the first kind looks only at types that the session may, by
    `call.session.may` or `demand`. `entry_type` is the ledger's word. The rest tells the OpenAPI
    document: parameters, the schema of the body (None: there is none) and of the answer, and
    their media types. The body of a large one may be as large as an attachment; a ranged one tells
    parts of its answer too. `errors` are statuses of failures besides those of every route.
    """

    method: str
    path: str
    operation: Operation
    handler: Handler
    summary: str
    entry_type: str
    record_type: str | None = None
    parameters: tuple[Mapping[str, Any], ...] = ()
    body: Schema | None = None
    answer: Schema = field(default_factory=dict)
    status: int = 200
    other_statuses: tuple[int, ...] = ()
    body_media: str = JSON
    answer_media: str = JSON
    is_large: bool = False
    is_ranged: bool = False
    errors: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> Pattern[str]:
        """What matches its path below `ROOT`."""
        return compile_path(f"{ROOT}{self.path}")[0]

    def type_of(self, path: Mapping[str, str]) -> str | None:
        """Return the record type that the permission is asked for."""
        if self.record_type and self.record_type.startswith("{"):
            return path[self.record_type.strip("{}")]
        return self.record_type


def told(
    content: Any,
    *,
    ids: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    status: int = 200,
) -> Answer:
    """Return the answer that tells `content` (anything JSON).

    `ids` are the records it tells of, `groups` the groups of attributes it shows of them.
    """
    return Answer(status, encode(content), ids=ids, told=len(ids), groups=groups)
