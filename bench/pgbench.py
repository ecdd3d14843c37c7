"""The bare statements, run by PostgreSQL's own load generator over prepared statements."""

import os
import re
from pathlib import Path
from statistics import mean

from bench import command
from bench.kinds import Kind
from bench.sample import Sample
from customer_inventory.kit.errors import Unavailable

_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_RATE = re.compile(r"^progress: [\d.]+ s, ([\d.]+) tps", re.MULTILINE)
# As our service has it: planned once, instead of five times anew on every connection.
_OPTIONS = "-c plan_cache_mode=force_generic_plan -c jit=off"


def script(kind: Kind) -> str:
    """Return the pgbench script of `kind`: a row of values, then the statement for each.

    The values come in one select for the whole block, so that each statement is as bare as
    a program with the values in hand would send it: one round trip, values as parameters.
    """
    lines = []
    if kind.values:
        lines += [
            r"\set block random(1, :blocks)",
            rf"select * from bench.{kind.values} where block = :block \gset",
        ]
    for i in range(1, kind.block + 1):
        lines += [rf"\set {name}{i} random({low}, {high})" for name, low, high in kind.randoms]
        lines.append(kind.statement.format(i=i))
    return "\n".join(lines) + "\n"


async def load(
    program: Path,
    dsn: str,
    kind: Kind,
    *,
    folder: Path,
    blocks: int,
    clients: int,
    seconds: float,
    seed: int,
) -> Sample:
    """Run the statement of `kind` from `clients` connections; count statements, not scripts.

    The rate is that after the first second, in which connections are made and statements
    prepared; the sample's seconds are its operations at that rate. `blocks` is the number of
    rows of the table of values. The script is left in `folder`. Raises Unavailable if any
    statement failed.
    """
    file = folder / f"{kind.name}.sql"
    file.write_text(script(kind))
    printed = await command.run(
        [
            *(program, "--no-vacuum", "--protocol=prepared", "--jobs=1", "--progress=1"),
            *(f"--client={clients}", f"--time={max(round(seconds), 1) + 1}"),
            *(f"--define=blocks={blocks}", f"--random-seed={seed}", f"--file={file}", dsn),
        ],
        environment={**os.environ, "PGOPTIONS": _OPTIONS},
        merged=True,
        seconds=seconds + 120,
    )
    done, failed, rates = _DONE.search(printed), _FAILED.search(printed), _RATE.findall(printed)
    if not done or len(rates) < 2 or (failed and failed[1] != "0"):
        raise Unavailable(f"pgbench did not run {kind.name} to the end: {printed[-1000:]}")
    operations = int(done[1]) * kind.block
    return Sample(operations, operations / (mean(map(float, rates[1:])) * kind.block))
