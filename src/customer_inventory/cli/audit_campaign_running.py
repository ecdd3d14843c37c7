"""`cinv audit campaign assign`, `close` and what else is done by who runs a campaign."""

from collections.abc import Callable
from typing import Any

import click

from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import as_option
from customer_inventory.cli.audit_campaign_desk import worked
from customer_inventory.cli.reading import reading_options
from customer_inventory.kit.actor import Actor

_reason = click.option("--reason", required=True, help="Why.")


@click.command()
@click.argument("campaign")
@click.argument("auditors", nargs=-1)
@as_option
@reading_options
def assign(campaign: str, auditors: tuple[str, ...], person: str | None, actor: Actor) -> None:
    """Hand out what is not read yet, to AUDITORS or those declared; the campaign is under way.

    \b
    Example:
      cinv audit campaign assign qa06h0q9x2mrs6kz4c8v1tdw3e ada grace
    """
    _step(actor, campaign, person, lambda rooms, by: rooms.assign(campaign, auditors, by=by))


@click.command("hand-over")
@click.argument("campaign")
@click.argument("leaver")
@click.argument("to")
@_reason
@as_option
@reading_options
def hand_over(
    campaign: str, leaver: str, to: str, reason: str, person: str | None, actor: Actor
) -> None:
    """Give what LEAVER has not read to another; what was read stays.

    \b
    Example:
      cinv audit campaign hand-over qa06h0q9x2mrs6kz4c8v1tdw3e ada edith --reason "on leave"
    """
    _step(
        actor, campaign, person,
        lambda rooms, by: rooms.hand_over(campaign, leaver, to, by=by), reason,
    )  # fmt: skip


@click.command()
@click.argument("campaign")
@_reason
@as_option
@reading_options
def pause(campaign: str, reason: str, person: str | None, actor: Actor) -> None:
    """Let nobody read until the campaign is gone on with.

    \b
    Example:
      cinv audit campaign pause qa06h0q9x2mrs6kz4c8v1tdw3e --reason "the scans are being moved"
    """
    _step(actor, campaign, person, lambda rooms, by: rooms.pause(campaign, by=by), reason)


@click.command()
@click.argument("campaign")
@as_option
@reading_options
def resume(campaign: str, person: str | None, actor: Actor) -> None:
    """Go on with a paused campaign.

    \b
    Example:
      cinv audit campaign resume qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    _step(actor, campaign, person, lambda rooms, by: rooms.resume(campaign, by=by))


@click.command()
@click.argument("campaign")
@_reason
@as_option
@reading_options
def abandon(campaign: str, reason: str, person: str | None, actor: Actor) -> None:
    """End a campaign without a statement.

    \b
    Example:
      cinv audit campaign abandon qa06h0q9x2mrs6kz4c8v1tdw3e --reason "declared anew"
    """
    _step(actor, campaign, person, lambda rooms, by: rooms.abandon(campaign, by=by), reason)


@click.command()
@click.argument("campaign")
@as_option
@reading_options
def close(campaign: str, person: str | None, actor: Actor) -> None:
    """Close a campaign whose sample is decided: its statement is printed and signed.

    \b
    Example:
      cinv audit campaign close qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    done = _step(actor, campaign, person, lambda rooms, by: rooms.close(campaign, by=by))
    click.echo(done.statement["words"])


RUNNING = (assign, hand_over, pause, resume, abandon, close)


def _step(
    actor: Actor,
    campaign: str,
    person: str | None,
    work: Callable[[Any, Any], Any],
    reason: str = "",
) -> Any:
    done = worked(
        actor,
        lambda campaigns, _, by: work(campaigns, by),
        Operation.MODIFY,
        person=person,
        reason=reason,
        about=campaign,
    )
    click.echo(f"{campaign}: {done.state}", err=True)
    return done
