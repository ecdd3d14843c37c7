"""`cinv capture pairs`: records that may be of one subject, found in batch and decided."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import click

from customer_inventory.access.house import operator, operator_sight, trace
from customer_inventory.access.operation import Operation
from customer_inventory.capture.matching import deciding, keeping, pair
from customer_inventory.capture.matching.finding import Outcome, Tell, find_pairs
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.capture.matching.threshold import Thresholds
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import Reader, reading, reading_options
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.types import named

_type = click.option("--type", "kinds", type=click.Choice(MATCHED), multiple=True, help="Of what.")
_COLUMNS = ("one", "other", "type", "probability", "conflict", "state", "cluster", "for")


@click.group()
def pairs() -> None:
    """Records that may be of one subject: find them, look at them, decide."""


@pairs.command("find")
@_type
@click.option(
    "--train/--no-train",
    default=None,
    help="Train a model on what is there first, or judge by the one in force.  "
    "[default: train once there are enough records]",
)
@output_option
def find_command(kinds: tuple[str, ...], train: bool | None, output: str) -> None:
    """Compare all people and organisations, and keep the pairs that may be one for stewards.

    Needs the extra `matching`. What was decided before stays decided. Above
    CINV_MATCH_MERGE_PERCENT, if it is set, records that contradict each other in nothing are
    merged; each merge can be undone.

    \b
    Example:
      cinv capture pairs find --type individual
      cinv capture pairs list
    """
    settings = Settings.from_environment()

    async def work() -> list[Outcome]:
        actor = operator()
        async with opened(settings) as database:
            found = []
            for kind in kinds or MATCHED:
                with progress(kind) as tell:
                    made = await find_pairs(
                        database,
                        named(kind),
                        actor=actor,
                        thresholds=Thresholds.of(settings),
                        sight=operator_sight(),
                        train=train,
                        tell=tell,
                    )
                reason = f"{made.records} records, {made.pairs} pairs, {made.merged} merged"
                await trace(database, actor, Operation.READ, "pair", (), reason=reason)
                found.append(made)
            return found

    rows = [
        {
            "type": each.record_type,
            "records": each.records,
            "pairs": each.pairs,
            "clusters": each.clusters,
            "merged": each.merged,
            "trained on": ", ".join(f"{name} {value}" for name, value in each.training.items()),
            "model": each.model,
        }
        for each in run(work())
    ]
    columns = ("type", "records", "pairs", "clusters", "merged", "trained on")
    show(rows, output, columns=columns, empty="Nothing was compared.")


@pairs.command("list")
@_type
@click.option("--state", type=click.Choice(pair.STATES), default=pair.OPEN, show_default=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@reading_options
@output_option
def list_command(kinds: tuple[str, ...], state: str, limit: int, actor: Actor, output: str) -> None:
    """List the pairs in a state, the likest first.

    \b
    Example:
      cinv capture pairs list --type organization --state later
    """

    async def work() -> None:
        async with reading(actor, "pair") as reader:
            found, _ = await deciding.shown_pairs(
                reader.database,
                reader.may(kinds or MATCHED),
                sight=reader.sight,
                state=state,
                limit=limit,
            )
            await _told(reader, found)
            rows = [_shown(reader, each) for each in found]
        show(rows, output, columns=_COLUMNS, empty="No pair waits.")

    run(work())


@pairs.command("show")
@click.argument("one")
@click.argument("other")
@reading_options
@output_option
def show_command(one: str, other: str, actor: Actor, output: str) -> None:
    """Show what speaks for and against a pair, by what was compared, in bits.

    \b
    Example:
      cinv capture pairs show qa06h0q9x2mrs6kz4c8v1tdw3e 04vxm2r4sjw9rsm2x6c4k7h1ea
    """

    async def work() -> None:
        async with reading(actor, "pair", (one, other)) as reader:
            each = await _met(reader, one, other)
            await _told(reader, [each])
            rows = _shown(reader, each)["reason"]
        columns = ("comparison", "level", "weight")
        show(rows, output, columns=columns, empty="Nothing is compared of them.")
        click.echo(f"probability {each.row['probability']:.4f}, {each.row['state']}", err=True)

    run(work())


@pairs.command("decide")
@click.argument("one")
@click.argument("other")
@click.argument("decision", type=click.Choice(deciding.DECISIONS))
@click.option("--survivor", help="For a merge: the record that is shown.  [default: ONE]")
@click.option("--reason", default="", help="Why, for those who look later.")
@reading_options
def decide_command(
    one: str, other: str, decision: str, survivor: str | None, reason: str, actor: Actor
) -> None:
    """Merge the records of a pair, tell them apart for ever (notSame), or put it off (later).

    To reopen a pair takes that back: it waits again, and what it merged is parted.

    \b
    Example:
      cinv capture pairs decide qa06h0q9x2mrs6kz4c8v1tdw3e 04vxm2r4sjw9rsm2x6c4k7h1ea notSame
    """

    async def work() -> str:
        async with reading(actor, "pair", (one, other)) as reader:
            each = await _met(reader, one, other)
            reader.session.demand(Operation.MODIFY, each.row["record_type"])
            state = await deciding.decide(
                reader.database,
                each,
                decision,
                survivor=survivor or (each.one if decision == deciding.MERGE else None),
                reason=reason,
                actor=reader.session.actor,
                sight=reader.sight,
            )
            who = reader.session.actor
            ids = (each.one, each.other)
            await trace(reader.database, who, Operation.MODIFY, "pair", ids, reason=reason or None)
            return state

    click.echo(run(work()))


@pairs.command("models")
@output_option
def models_command(output: str) -> None:
    """List the models that were trained on this inventory: on what, when, by whom."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await keeping.models(database)
        columns = ("number", "record_type", "training", "person", "trained_at", "sha256")
        show(rows, output, columns=columns, empty="The models of the product are in force.")

    run(work())


async def _met(reader: Reader, one: str, other: str) -> deciding.Met:
    row = await pair.pair_of(reader.database, one, other)
    reader.demand(row["record_type"])
    found = await deciding.met(reader.database, [row], reader.sight)
    if not found:
        raise pair.NoSuchPair
    return found[0]


async def _told(reader: Reader, found: Any) -> None:
    ids = dict.fromkeys(side for each in found for side in (each.one, each.other))
    await reader.told("pair", list(ids), {each.row["record_type"] for each in found})


def _shown(reader: Reader, each: deciding.Met) -> dict[str, Any]:
    """Return a pair as its reader may know it, and in a few words what speaks for it."""
    shown = deciding.told(each, reader.sight.masks.get(each.row["record_type"]))
    heavy = [reason for reason in shown["reason"] if reason["weight"] > 0]
    shown["for"] = ", ".join(f"{reason['comparison']} {reason['level']}" for reason in heavy)
    return shown


@contextlib.contextmanager
def progress(kind: str) -> Iterator[Tell]:
    """Show on a terminal what a batch is at; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

    with Console(stderr=True).status(kind) as status:
        yield lambda step, count: status.update(f"{kind}: {step} {count:,}")
