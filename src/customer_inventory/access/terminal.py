"""Who reads at a terminal: a session without a token, for an operator with the database at hand."""

from dataclasses import replace

from customer_inventory.access.grant.people import check_purpose
from customer_inventory.access.guard import NotPermitted, Session, session_for
from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database


async def session_here(database: Database, actor: Actor, masking_key: bytes = b"") -> Session:
    """Return the session of who works at this terminal as the process and purpose of `actor`.

    The house's own process reads for any registered purpose. Raises NotPermitted for another that
    is not active or may do nothing for the purpose, Invalid for a purpose that is not registered.
    """
    session = await session_for(
        database, process=actor.process, purpose=actor.purpose, masking_key=masking_key
    )
    if session is not None and actor.process == PROCESS and actor.purpose != PURPOSE:
        async with database.connection() as connection:
            await check_purpose(connection, actor.purpose)
        session = replace(session, permissions={EVERY_TYPE: frozenset({Operation.READ})})
    if session is None or not session.permissions:
        raise NotPermitted(actor, Operation.READ, None)
    return replace(session, actor=actor)
