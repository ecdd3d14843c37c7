"""`./run fuzz`: every part of the served OpenAPI document, for minutes each.

Prints the seed; the same seed tries the same again: `./run fuzz --seed N PART`.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from customer_inventory.access import sandbox
from customer_inventory.cli.running import prepare
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.conftest import _created, _memory
from tests.fuzz.target import Outcome, Target, target


def main() -> int:
    """Fuzz what was asked for; return 1 when anything did not hold."""
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__)
    parser.add_argument("parts", nargs="*", help="beginnings of names, such as inventory; else all")
    parser.add_argument("--seconds", type=int, default=240, help="for each part (default 240)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="of the data")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(
        prefix="cinv-fuzz-", dir=_memory(), ignore_cleanup_errors=True
    ) as folder:
        # The server's account must be able to pass.
        Path(folder).chmod(0o755)
        server = EmbeddedServer(Path(folder) / "home", {"fsync": "off"})
        with server.running():
            return asyncio.run(_fuzzed(server, Path(folder), given))


async def _fuzzed(server: EmbeddedServer, folder: Path, given: argparse.Namespace) -> int:
    dsn = await _created(server, "cinv_fuzz", "template0")
    await prepare(dsn)
    _say(f"seed {given.seed}")
    async with Database(dsn) as database:
        await sandbox.declare(database, declared_by="the tests")
        async with target(dsn, database, folder) as there:
            outcomes = [outcome async for outcome in _outcomes(there, given)]
            _say(f"answers by status: {await there.answered()}")
    for outcome in outcomes:
        if not outcome.is_clean:
            _say(outcome.told)
    return 0 if outcomes and all(outcome.is_clean for outcome in outcomes) else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _outcomes(there: Target, given: argparse.Namespace) -> AsyncIterator[Outcome]:
    for part in there.parts:
        if not given.parts or any(part.name.startswith(name) for name in given.parts):
            outcome = await there.fuzz(part, seconds=given.seconds, seed=given.seed)
            said = "holds" if outcome.is_clean else "does NOT hold"
            _say(f"{part.name}: {part.operations} operations, {outcome.cases} requests: {said}")
            yield outcome


if __name__ == "__main__":
    sys.exit(main())
