"""By what right a load writes: what its process is permitted, asked again with every chunk."""

from customer_inventory.access.guard import NotPermitted, Session, session_for
from customer_inventory.access.ledger import Entry, keep_with
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EMERGENCY
from customer_inventory.access.writing import Writing
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Refused
from customer_inventory.store.database import Connection, Database


class NoLongerPermitted(Refused):
    """What permitted a load changed while it was under way."""

    code = "permissionChanged"

    def __init__(self, actor: Actor) -> None:
        super().__init__(
            f"What {actor.process} may do for {actor.purpose} changed while it was loading.",
            hint="What was loaded until then stays. Run it again to go on under what holds now.",
        )


class Authority:
    """What `actor` may write, as it was when its load began (`writing`)."""

    def __init__(self, actor: Actor, writing: Writing, masking_key: bytes) -> None:
        self.actor = actor
        self.writing = writing
        self._key = masking_key

    @classmethod
    async def of(
        cls, database: Database, actor: Actor, masking_key: bytes, reason: str
    ) -> "Authority":
        """Return what `actor` may write now.

        Raises NotPermitted, and the ledger has it, for one that may write nothing at all for its
        purpose, and Refused for a purpose of broken glass: that is for one person at a door.
        """
        if actor.purpose.startswith(EMERGENCY):
            raise Refused("A load has no purpose of broken glass.", hint="Those are for people.")
        session = await _session(database, actor, masking_key)
        if session is None or not Writing(session).may_write(None):
            async with database.transaction() as connection:
                await keep_with(connection, [_denied(actor, reason)])
            raise NotPermitted(actor, Operation.CREATE, None)
        return cls(actor, Writing(session), masking_key)

    async def demand(self, connection: Connection) -> None:
        """Raise NoLongerPermitted unless the same is permitted now."""
        session = await _session(connection, self.actor, self._key)
        if session is None or _agreed(session) != _agreed(self.writing.session):
            raise NoLongerPermitted(self.actor)


def _agreed(session: Session) -> tuple[object, ...]:
    sight = session.sight
    return session.permissions, session.terms, sight.despite_restriction, sight.rows


async def _session(
    database: Connection | Database, actor: Actor, masking_key: bytes
) -> Session | None:
    return await session_for(
        database, process=actor.process, purpose=actor.purpose, masking_key=masking_key
    )


def _denied(actor: Actor, reason: str) -> Entry:
    return Entry(
        at=now().isoformat(),
        process=actor.process,
        purpose=actor.purpose,
        person=actor.person,
        operation=Operation.CREATE,
        type="import",
        status=403,
        decision="deny",
        rule=NotPermitted.code,
        source=actor.source,
        reason=reason,
    )
