"""`cinv audit campaign`: samples of records, compared with the world by people."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import click

from customer_inventory.access.operation import Operation
from customer_inventory.audit.campaign import told
from customer_inventory.audit.campaign.campaign import Compared
from customer_inventory.audit.campaign.certificate import Form, check, written
from customer_inventory.cli.access_decision import as_option
from customer_inventory.cli.audit_campaign_desk import worked
from customer_inventory.cli.audit_campaign_reading import READING
from customer_inventory.cli.audit_campaign_running import RUNNING
from customer_inventory.cli.failing import DONE, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import reading_options
from customer_inventory.holding import audit_key
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.kit.settings import Settings

_COLUMNS = (
    "id", "state", "name", "type", "filter", "level", "population", "size", "limit", "words",
    "dueAt",
)  # fmt: skip


@click.group()
def campaign() -> None:
    """Audit campaigns: a sample of records is compared with the world, by people."""


for command in (*READING, *RUNNING):
    campaign.add_command(command)


@campaign.command()
@click.argument("name")
@click.option("--type", "type", required=True, metavar="TYPE", help="The record type.")
@click.option("--filter", default="", help="The query of its list: what of it is the population.")
@click.option("--element", "elements", multiple=True, required=True, metavar="PATH",
              help="What is compared, such as familyName. Several times.")  # fmt: skip
@click.option("--with", "compared_with", required=True, type=click.Choice(get_args(Compared)),
              help="What records are compared with.")  # fmt: skip
@click.option("--level", required=True, help="At most so much is declared nonconforming: 0.65%.")
@click.option("--risk", default="5%", show_default=True, help="To contradict what is right.")
@click.option("--ratio", default="6.5", show_default=True, help="So much worse is to be noticed.")
@click.option("--miss", default="10%", show_default=True, help="The risk not to notice it.")
@click.option("--by", "stratum", help="A path, or source: the sample is spread over its values.")
@click.option("--seed", default="", help="What the sample is drawn by.  [default: drawn itself]")
@click.option("--second", default="0%", show_default=True, help="How much is read twice, blind.")
@click.option("--auditor", "auditors", multiple=True, help="Who audits. Several times.")
@click.option("--owner", required=True, help="Whose campaign it is.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="Until.")
@as_option
@reading_options
def new(name: str, actor: Actor, person: str | None, days: int, **said: Any) -> None:
    """Declare a campaign, which is planned then; print its id.

    \b
    Example:
      cinv audit campaign new "Names 2026" --type individual --element familyName --with \\
      contractScan --level 0.65% --owner "Data office" --auditor ada --auditor grace --second 10%
    """
    declared = told.declared(
        {
            "name": name,
            "owner": said["owner"],
            "type": said["type"],
            "filter": said["filter"],
            "element": said["elements"],
            "comparedWith": said["compared_with"],
            **{word: said[word] for word in ("level", "risk", "ratio", "miss", "seed")},
            "stratum": said["stratum"],
            "secondShare": said["second"],
            "auditor": said["auditors"],
            "dueAt": (now() + timedelta(days=days)).isoformat(),
        }
    )
    made = worked(
        actor,
        lambda campaigns, session, by: campaigns.new(declared, session=session, by=by),
        Operation.CREATE,
        person=person,
        about=name,
    )
    click.echo(made.id)


@campaign.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 1000),
              help="Most to show.")  # fmt: skip
@output_option
@reading_options
def list_command(last: int, output: str, actor: Actor) -> None:
    """List the campaigns, latest first."""
    found = worked(actor, lambda campaigns, *_: campaigns.list(limit=last), Operation.READ)
    show(map(told.campaign, found), output, columns=_COLUMNS, empty="No campaign was declared.")


@campaign.command("show")
@click.argument("campaign")
@click.option("--plan", "is_planned", is_flag=True, help="The plan, for what there is now.")
@click.option("--items", "is_itemised", is_flag=True, help="The items of its sample.")
@click.option("--history", "has_history", is_flag=True, help="Every step, by whom and why.")
@output_option
@reading_options
def show_command(
    campaign: str,
    is_planned: bool,
    is_itemised: bool,
    has_history: bool,
    output: str,
    actor: Actor,
) -> None:
    """Show a campaign and how far it is; or its plan, its items, its history.

    \b
    Example:
      cinv audit campaign show qa06h0q9x2mrs6kz4c8v1tdw3e --items
    """

    async def work(campaigns: Any, session: Any, _: Any) -> Any:
        if is_planned:
            return [told.plan(*await campaigns.plan(campaign, session=session))]
        if is_itemised:
            return [told.item(each) for each in await campaigns.items(campaign)]
        if has_history:
            return told.steps(await campaigns.history(campaign))
        found = told.campaign(await campaigns.get(campaign))
        return [{**found, "progress": await campaigns.progress(campaign)}]

    rows = worked(
        actor,
        work,
        Operation.READ,
        ids=lambda rows: [row["recordId"] for row in rows if "recordId" in row],
        about=campaign,
    )
    columns: tuple[str, ...] = (*_COLUMNS[:-1], "progress")
    if is_planned:
        columns = ("population", "size", "limit", "contradictedAt", "risk", "miss", "stratum")
    elif is_itemised:
        columns = ("item", "state", "recordId", "revision", "stratum", "outcome", "reason")
    elif has_history:
        columns = ("number", "step", "item", "person", "reason", "takenAt")
    show(rows, output, columns=columns, empty="Nothing was drawn yet.")


@campaign.command()
@click.argument("campaign")
@as_option
@reading_options
def sample(campaign: str, person: str | None, actor: Actor) -> None:
    """Draw the sample of a campaign by its seed, and freeze it with the revisions of the records.

    \b
    Example:
      cinv audit campaign sample qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(campaigns: Any, session: Any, by: Any) -> Any:
        done = await campaigns.sample(campaign, session=session, by=by)
        return done, await campaigns.items(campaign)

    done, _ = worked(
        actor,
        work,
        Operation.MODIFY,
        person=person,
        ids=lambda made: [each.record_id for each in made[1]],
        about=campaign,
    )
    click.echo(
        f"{done.size:,} of {done.population:,} records; contradicted at {done.limit + 1}", err=True
    )


@campaign.command()
@click.argument("campaign")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path),
              help="A file; what it is follows from its name: .html, .pdf, .json.")  # fmt: skip
@reading_options
def certificate(campaign: str, to: Path | None, actor: Actor) -> None:
    """Write the certificate of a closed campaign: its statement, signed. PDF needs the extra `pdf`.

    \b
    Example:
      cinv audit campaign certificate qa06h0q9x2mrs6kz4c8v1tdw3e --to names-2026.html
    """
    form: Form = to.suffix.lstrip(".") if to else "json"  # type: ignore[assignment]
    if form not in get_args(Form):
        raise Invalid(f"ends in none of: {', '.join(get_args(Form))}.", path="to")
    found = worked(
        actor, lambda campaigns, *_: campaigns.certificate(campaign), Operation.READ, about=campaign
    )
    content = written(found, form)
    if to is None:
        click.echo(content)
        return
    try:
        to.write_bytes(content)
    except OSError as error:
        raise Invalid(f"{to} cannot be written: {error.strerror}.") from None
    click.echo(f"{found['words']}", err=True)


@campaign.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", metavar="HEX", help="Public key to verify by.  [default: our own]")
def verify(file: Path, key: str | None) -> None:
    """Verify a certificate: it says what was signed, and shows nothing else.

    Exit code 1 says that it does not.

    \b
    Example:
      cinv audit campaign verify names-2026.html
    """
    try:
        content = file.read_bytes()
        public = bytes.fromhex(key) if key else audit_key(Settings.from_environment())
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise Invalid("is no key: 64 digits of hexadecimal.", path="key") from None
    faults = check(content, public)
    for fault in faults:
        click.echo(fault, err=True)
    if not faults:
        click.echo("The certificate is as it was signed.")
    sys.exit(PROBLEMS if faults else DONE)
