"""GET of one record by id, the hottest request, on the straight way.

All duties are the ordinary ones: the token's session, the permission, the same read, the ledger
entry durable before the answer. Whatever is out of the ordinary (no such record, a failure)
is left to the ordinary way, which knows how to tell it.
"""

import asyncio
from collections.abc import Mapping
from functools import partial

from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Entry, Ledger
from customer_inventory.access.operation import Operation
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.ids import is_id
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.version import Version
from customer_inventory.tmf import resource
from customer_inventory.tmf.door import Resource
from customer_inventory.web import failure
from customer_inventory.web.exchange import Answer
from customer_inventory.web.stages import Place, Took, entry_of
from customer_inventory.web.straight import Asked, Ordinary, Tell

_PLAIN = frozenset((b"if-none-match", b"content-length", b"transfer-encoding", b"expect"))
"""Headers that make a GET more than a plain one."""


class StraightReads:
    """Offers the straight way for GET of one record."""

    def __init__(
        self,
        resources: Mapping[str, Resource],
        inventory: Inventory,
        guard: Guard,
        ledger: Ledger,
        ordinary: Ordinary,
        *,
        took: Took = lambda *_: None,
    ) -> None:
        self._resources = {
            path.encode(): served
            for path, served in resources.items()
            if served.item.get("GET", (None, None))[1] is resource.retrieve
        }
        self._inventory = inventory
        self._guard = guard
        self._ledger = ledger
        self._ordinary = ordinary
        self._took = took
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, asked: Asked, tell: Tell) -> bool:
        """Begin to answer `asked` if it is a plain GET of a record that the caller may read."""
        place, _, identifier = asked.path.decode("latin-1").rpartition("/")
        served = self._resources.get(place.encode("latin-1"))
        if served is None or not is_id(identifier):
            return False
        session = self._session(asked)
        if session is None or not session.may(Operation.READ, served.declared.name):
            return False
        if not self._guard.quotas.admits(session, served.declared.name):
            return False
        read = partial(self._read, asked, tell, served, session)
        try:
            self._inventory.request(served.declared, identifier, read, sight=session.sight)
        except InventoryError:
            self._guard.quotas.give_back(session, served.declared.name)
            return False
        return True

    def _session(self, asked: Asked) -> Session | None:
        """Return the caller's session if it is remembered and the request is a plain one."""
        authorization = ""
        for name, value in asked.headers:
            if name == b"authorization":
                authorization = value.decode("latin-1")
            elif name in _PLAIN:
                return None
        return self._guard.remembered(authorization)

    def _read(
        self,
        asked: Asked,
        tell: Tell,
        served: Resource,
        session: Session,
        version: Version | Exception,
    ) -> None:
        if isinstance(version, Exception):
            self._guard.quotas.give_back(session, served.declared.name)
            self._leave(asked, tell)
            return
        href = b"%b/%b" % (served.location, version.id.encode())
        body = served.shape.shown(version.body, href, None)
        etag = (b"etag", b'"%d"' % version.revision)
        headers = (etag, *self._guard.quotas.headers(session, served.declared.name))
        groups = session.sight.groups(served.declared.name)
        answer = Answer(200, body, headers, (version.id,), 1, groups=groups)
        kind = served.declared.name
        place = Place(served.entry_type, version.id, kind, Operation.READ)
        entry = entry_of(session, place, answer, asked.client)
        try:
            self._ledger.post(entry, partial(self._kept, answer, tell, entry, asked.began))
        except InventoryError as error:
            tell(failure.answer(error))

    def _kept(
        self, answer: Answer, tell: Tell, entry: Entry, began: float, failed: Exception | None
    ) -> None:
        """Answer, now that the entry is durable; without it nothing may be told."""
        if isinstance(failed, InventoryError):
            answer = failure.answer(failed)
        elif failed is not None:
            answer = failure.unforeseen(failed)
        else:
            self._took(entry, began)
        tell(answer)

    def _leave(self, asked: Asked, tell: Tell) -> None:
        """Let the ordinary way answer."""

        async def answered() -> None:
            tell(await self._ordinary(asked))

        task = asyncio.get_running_loop().create_task(answered())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
