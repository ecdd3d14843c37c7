"""Statements run by PostgreSQL's own load generator, prepared."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

from bench import command
from bench.kinds import Script
from bench.sample import Sample
from customer_inventory.kit.errors import Unavailable

_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_RATE = re.compile(r"^progress: [\d.]+ s, ([\d.]+) tps", re.MULTILINE)
# As our service has it: planned once, instead of five times anew on every connection.
_OPTIONS = "-c plan_cache_mode=force_generic_plan -c jit=off"


def text(script: Script, blocks: Mapping[str, int]) -> str:
    """Return the pgbench script of a statement: a row of values, then the statement for each.

    The values come in one select for the whole block, so that each statement is as bare as
    a program with the values in hand would send it: one round trip, values as parameters.
    `blocks` are the rows of the tables of values.
    """
    lines = []
    if script.values:
        lines += [
            rf"\set block random(1, {blocks[script.values]})",
            rf"select * from bench.{script.values} where block = :block \gset",
        ]
    for i in range(1, script.block + 1):
        lines += [rf"\set {name}{i} random({low}, {high})" for name, low, high in script.randoms]
        lines.append(script.statement.format(i=i))
    return "\n".join(lines) + "\n"


async def load(
    program: Path,
    dsn: str,
    scripts: Sequence[Script],
    *,
    folder: Path,
    blocks: Mapping[str, int],
    clients: int,
    seconds: float,
    seed: int,
) -> Sample:
    """Run statements from `clients` connections; count statements, not scripts.

    The rate is that after the first second, in which connections are made and statements
    prepared; the sample's seconds are its operations at that rate. All scripts have one length.
    They are left in `folder`. Raises Unavailable if any statement failed.
    """
    block = scripts[0].block
    named = []
    for script in scripts:
        file = folder / f"{script.name}.sql"
        file.write_text(text(script, blocks))
        named.append(f"--file={file}@{script.weight}")
    words: list[str | Path] = [
        *(program, "--no-vacuum", "--protocol=prepared", "--jobs=1", "--progress=1"),
        *(f"--client={clients}", f"--random-seed={seed}", *named, dsn),
    ]
    # A machine that is busy elsewhere may not come to a whole block in so short a time.
    for length in (max(round(seconds), 1) + 1, 4 * max(round(seconds), 1) + 6):
        printed = await command.run(
            [*words[:1], f"--time={length}", *words[1:]],
            environment={**os.environ, "PGOPTIONS": _OPTIONS},
            merged=True,
            seconds=length + 120,
        )
        done, failed, rates = _DONE.search(printed), _FAILED.search(printed), _RATE.findall(printed)
        rate = mean(map(float, rates[1:])) if len(rates) > 1 else 0.0
        if rate:
            break
    if not done or not rate or (failed and failed[1] != "0"):
        names = ", ".join(script.name for script in scripts)
        raise Unavailable(f"pgbench did not run {names} to the end: {printed[-1000:]}")
    operations = int(done[1]) * block
    return Sample(operations, operations / (rate * block))
