"""`cinv audit campaign next`, `record` and what else auditors do."""

from pathlib import Path
from typing import Any, get_args

import click

from customer_inventory.access.operation import Operation
from customer_inventory.audit.campaign import told
from customer_inventory.audit.campaign.campaign import Compared
from customer_inventory.cli.access_decision import as_option
from customer_inventory.cli.audit_campaign_desk import worked
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import reading_options
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.record.document import parse, parse_object

_TASK = (
    "item",
    "recordId",
    "stratum",
    "comparedWith",
    "element",
    "confirmation",
    "isChanged",
    "left",
    "hidden",
)


def verdict_options(command: Any) -> Any:
    """Add the options by which verdicts are given."""
    for option in (
        click.option("--attachment", "attachments", multiple=True, metavar="ID",
                     help="A file of the record that shows it. Several times."),
        click.option("--evidence", "reference", default="", help="What was seen, who was called."),
        click.option("--kind", type=click.Choice(get_args(Compared)),
                     help="What it was compared with.  [default: as declared]"),
        click.option("--untold", multiple=True, metavar="PATH", help="Cannot be told."),
        click.option("--differs", multiple=True, metavar="PATH=VALUE",
                     help="Differs; VALUE is right: text or JSON, null where there is none."),
        click.option("--agrees", multiple=True, metavar="PATH",
                     help="Agrees; all that is not named agrees with --rest."),
        click.option("--rest", is_flag=True, help="Everything that is not named agrees."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command("next")
@click.argument("campaign")
@output_option
@as_option
@reading_options
def next_command(campaign: str, output: str, person: str | None, actor: Actor) -> None:
    """Show the next record on your worklist, as it was drawn, and what to compare of it.

    \b
    Example:
      cinv audit campaign next qa06h0q9x2mrs6kz4c8v1tdw3e --as ada
    """

    async def work(campaigns: Any, session: Any, by: Any) -> Any:
        found = await campaigns.next(campaign, session=session, by=by)
        declared = (await campaigns.get(campaign)).declared
        return [told.task(found, declared.compared_with)] if found else []

    rows = worked(
        actor, work, Operation.UPDATE, person=person, ids=_ids, about=campaign
    )  # fmt: skip
    show(rows, output, columns=_TASK, empty="Nothing is left for you to read.")


@click.command("item")
@click.argument("campaign")
@click.argument("item", type=click.IntRange(1))
@output_option
@reading_options
def item_command(campaign: str, item: int, output: str, actor: Actor) -> None:
    """Show a record that was read, with what its readers found.

    \b
    Example:
      cinv audit campaign item qa06h0q9x2mrs6kz4c8v1tdw3e 7
    """

    async def work(campaigns: Any, session: Any, _: Any) -> Any:
        found = await campaigns.look(campaign, item, session=session)
        declared = (await campaigns.get(campaign)).declared
        return [told.task(found, declared.compared_with)]

    rows = worked(actor, work, Operation.READ, ids=_ids, about=campaign)
    columns = ("item", "recordId", "state", "outcome", "element", "reading")
    show(rows, output, columns=columns, empty="")


@click.command()
@click.argument("campaign")
@click.argument("item", type=click.IntRange(1))
@verdict_options
@as_option
@reading_options
def record(campaign: str, item: int, actor: Actor, person: str | None, **said: Any) -> None:
    """Say what you found of a record on your worklist, and what that is based on.

    \b
    Example:
      cinv audit campaign record qa06h0q9x2mrs6kz4c8v1tdw3e 7 --differs "familyName=Byron" \\
      --rest --evidence "contract 4711, page 2" --as ada
    """
    _judged("record", campaign, item, actor, person, said)


@click.command()
@click.argument("campaign")
@click.argument("item", type=click.IntRange(1))
@verdict_options
@as_option
@reading_options
def adjudicate(campaign: str, item: int, actor: Actor, person: str | None, **said: Any) -> None:
    """Decide between two readings that differ, as somebody who gave neither.

    \b
    Example:
      cinv audit campaign adjudicate qa06h0q9x2mrs6kz4c8v1tdw3e 7 --rest \\
      --evidence "contract 4711, original" --as edith
    """
    _judged("adjudicate", campaign, item, actor, person, said)


@click.command()
@click.argument("campaign")
@click.argument("item", type=click.IntRange(1))
@as_option
@reading_options
def ask(campaign: str, item: int, actor: Actor, person: str | None) -> None:
    """Ask outside, by an event, whether a record on your worklist is right; print the id.

    Whoever reaches the customer answers it over HTTP; `next` shows the answer.

    \b
    Example:
      cinv audit campaign ask qa06h0q9x2mrs6kz4c8v1tdw3e 7 --as ada
    """
    done = worked(
        actor,
        lambda campaigns, session, by: campaigns.ask(campaign, item, session=session, by=by),
        Operation.UPDATE,
        person=person,
        ids=lambda done: [done.record_id],
        about=campaign,
    )
    click.echo(done.id)


@click.command()
@click.argument("campaign")
@click.argument("item", type=click.IntRange(1))
@click.option("--patch", type=click.Path(dir_okay=False, path_type=Path),
              help="File with a merge patch.  [default: the right values]")  # fmt: skip
@as_option
@reading_options
def correct(campaign: str, item: int, patch: Path | None, actor: Actor, person: str | None) -> None:
    """Put right what was found wrong with a record, as somebody who did not audit it.

    \b
    Example:
      cinv audit campaign correct qa06h0q9x2mrs6kz4c8v1tdw3e 7 --as edith
    """
    try:
        document = parse_object(patch.read_bytes()) if patch else None
    except OSError as error:
        raise NotFound(f"{patch} cannot be read: {error.strerror}.") from None
    done, version = worked(
        actor,
        lambda campaigns, session, by: campaigns.correct(
            campaign, item, document, session=session, by=by
        ),
        Operation.UPDATE,
        person=person,
        ids=lambda made: [made[1].id],
        about=campaign,
    )
    click.echo(f"{done.record_id}: revision {version.revision}", err=True)


READING = (next_command, item_command, ask, record, adjudicate, correct)


def _judged(
    what: str, campaign: str, item: int, actor: Actor, person: str | None, said: dict[str, Any]
) -> None:
    async def work(campaigns: Any, session: Any, by: Any) -> Any:
        declared = (await campaigns.get(campaign)).declared
        given = _given(said, declared.elements, declared.compared_with)
        return await getattr(campaigns, what)(
            campaign, item, told.verdicts(given), told.evidence(given), session=session, by=by
        )

    done = worked(
        actor,
        work,
        Operation.UPDATE,
        person=person,
        ids=lambda done: [done.record_id],
        about=campaign,
    )
    click.echo(f"item {done.number}: {done.outcome or done.state}", err=True)


def _given(said: dict[str, Any], elements: tuple[str, ...], compared_with: str) -> dict[str, Any]:
    """Return verdicts and evidence as the API takes them."""
    given = [
        *((path, {"verdict": "agrees"}) for path in said["agrees"]),
        *((path, {"verdict": "cannotTell"}) for path in said["untold"]),
        *map(_differing, said["differs"]),
    ]
    verdict: dict[str, dict[str, Any]] = {}
    for path, each in given:
        if path in verdict:
            raise Invalid("has two verdicts.", path=path)
        verdict[path] = each
    rest = {path: {"verdict": "agrees"} for path in elements} if said["rest"] else {}
    return {
        "verdict": {**rest, **verdict},
        "evidence": {
            "kind": said["kind"] or compared_with,
            "reference": said["reference"],
            "attachment": list(said["attachments"]),
        },
    }


def _differing(pair: str) -> tuple[str, dict[str, Any]]:
    path, equals, value = pair.partition("=")
    if not equals:
        raise click.UsageError(f"{pair!r} is no PATH=VALUE.")
    return path, {"verdict": "differs", "value": _value(value)}


def _value(text: str) -> Any:
    try:
        return parse(text.encode())
    except Invalid:
        return text


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["recordId"] for row in rows]
