"""One decision, timed in process: whose token it is, what they may, what is left of their quota.

That is what every request to the straight way asks before it reads: `Guard.remembered`,
`Session.may`, `Quotas.admits` and the masks that the session carries. Each of many registered
processes has a token, and they come in no order.
"""

import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.sample import Spread
from bench.server import PURPOSE, Home
from customer_inventory.access.guard import Guard
from customer_inventory.access.operation import Operation
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Database

AIM_MICROSECONDS = 10.0
_RECORD_TYPE = "individual"
_AT_ONCE = 1000
_ROUNDS = 200
# One in four has masks, one in four a quota, as grants in use do.
_MAKE = """
insert into access.process (id, name, owner, registered_by, changed_by, entered_by)
select 'decided-' || n, 'Decided', 'bench', 'bench', 'bench', 'bench'
from generate_series(1, $1::integer) as n;
insert into access.permission (process, record_type, purpose, operations, terms)
select 'decided-' || n, k, '{purpose}', array['read', 'update'],
    case n % 4
        when 0 then '{{"masks": {{"contact": "domain"}}}}'::jsonb
        when 1 then '{{"quota": {{"requestsPerMinute": 1000000}}}}'::jsonb
        else '{{}}'::jsonb
    end
from generate_series(1, $1::integer) as n, unnest(array['individual', 'customer']) as k;
"""
_TOKENS = """
insert into access.token (sha256, process, purpose, expires_at)
select h.sha256, 'decided-' || h.n, $2, now() + interval '1 day'
from unnest($1::bytea[]) with ordinality as h (sha256, n)
"""


@dataclass(frozen=True)
class Decided:
    """Microseconds of a decision from memory and of the first one, which asks the database."""

    processes: int
    remembered: Spread
    first: Spread


async def measure(home: Home, *, processes: int, seed: int) -> Decided:
    """Register so many processes, let each in once, and time the decisions after that."""
    draw = random.Random(seed)
    secrets = [f"decided_{draw.randbytes(24).hex()}" for _ in range(processes)]
    async with Database(home.dsn) as database:
        await _make(database, secrets)
        guard = Guard(database)
        await guard.start()
        try:
            headers = [f"Bearer {secret}" for secret in secrets]
            first = await _let_in(guard, headers)
            rounds = [_timed(guard, draw.choices(headers, k=_AT_ONCE)) for _ in range(_ROUNDS)]
        finally:
            await guard.stop()
    return Decided(processes, Spread.of(rounds), Spread.of(first))


async def _make(database: Database, secrets: Sequence[str]) -> None:
    for statement in _MAKE.format(purpose=PURPOSE).split(";\n"):
        if statement.strip():
            await database.execute(statement, len(secrets))
    digests = [hashlib.sha256(secret.encode()).digest() for secret in secrets]
    await database.execute(_TOKENS, digests, PURPOSE)


async def _let_in(guard: Guard, headers: Sequence[str]) -> list[float]:
    """Return the microseconds of each first decision; lease what the quotas need."""
    taken = []
    for header in headers:
        started = time.perf_counter()
        session = await guard.authenticate(header)
        taken.append(1e6 * (time.perf_counter() - started))
        await guard.quotas.admit(session, _RECORD_TYPE)
    return taken


def _timed(guard: Guard, headers: Sequence[str]) -> float:
    """Return the microseconds of a decision, the mean of so many."""
    started = time.perf_counter()
    for header in headers:
        session = guard.remembered(header)
        if session is None or not session.may(Operation.READ, _RECORD_TYPE):
            raise Unavailable("A process that was let in is not known any more.")
        session.sight.masks.get(_RECORD_TYPE)
        guard.quotas.admits(session, _RECORD_TYPE)
    return 1e6 * (time.perf_counter() - started) / len(headers)
