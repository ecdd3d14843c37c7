"""`cinv access purpose` and `person`: the purposes and people that grants name."""

from datetime import UTC, datetime

import click

from customer_inventory.access.grant import people
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import account, changed, in_database
from customer_inventory.cli.output import output_option, show


@click.group()
def purpose() -> None:
    """The purposes that customer data may be used for."""


@purpose.command("add")
@click.argument("code")
@click.option("--title", required=True, help="What people read.")
@click.option(
    "--legal-basis",
    required=True,
    type=click.Choice(people.LEGAL_BASES),
    help="What allows it, in the words of GDPR article 6.",
)
@click.option("--requires-consent", is_flag=True, help="The customer must have said yes.")
@click.option(
    "--despite-restriction",
    is_flag=True,
    help="Restricted data may be processed for it (article 18(2): legal claims).",
)
@click.option(
    "--despite-objection",
    is_flag=True,
    help="Its grounds override the objection of a subject (article 21(1)).",
)
@click.option(
    "--privacy-purpose",
    "words",
    metavar="WORD[/NAME]",
    multiple=True,
    help="A privacyUsagePurpose (TMF644) that speaks of it, of one characteristic; else its code.",
)
@click.option("--retired", is_flag=True, help="Nothing new is granted for it.")
def add_purpose(
    code: str,
    title: str,
    legal_basis: str,
    requires_consent: bool,
    despite_restriction: bool,
    despite_objection: bool,
    words: tuple[str, ...],
    retired: bool,
) -> None:
    """Register a purpose, or change a registered one.

    \b
    Example:
      cinv access purpose add billing --title "Billing" --legal-basis contract
      cinv access purpose add newsletter --title "Newsletter" --legal-basis consent \\
        --privacy-purpose marketing/byEmail
    """
    changed(
        lambda database: people.register_purpose(
            database,
            code,
            title=title,
            legal_basis=legal_basis,
            requires_consent=requires_consent,
            despite_restriction=despite_restriction,
            despite_objection=despite_objection,
            privacy_purposes=words,
            is_retired=retired,
            registered_by=account(),
        ),
        Operation.CREATE,
        "purpose",
        about=code,
    )
    click.echo(f"{code}: registered", err=True)


@purpose.command("list")
@output_option
def list_purposes(output: str) -> None:
    """List the purposes."""
    columns = ("code", "title", "legal_basis", "requires_consent", "privacy_purposes", "state")
    show(in_database(people.purposes), output, columns=columns, empty="No purpose is registered.")


@click.group()
def person() -> None:
    """The people who decide on grants, and in which capacity."""


@person.command("add")
@click.argument("person")
@click.argument("capacity")
@click.option("--until", type=click.DateTime(), help="The last moment, in UTC; a past one ends it.")
def add_person(person: str, capacity: str, until: datetime | None) -> None:
    """Let a person decide as dataOwner:TYPE, reviewer, security or dpo.

    \b
    Example:
      cinv access person add ada dataOwner:customer
    """
    end = until.replace(tzinfo=UTC) if until else None
    changed(
        lambda database: people.register_capacity(
            database, person, capacity, until=end, registered_by=account()
        ),
        Operation.MODIFY,
        "capacity",
        about=f"{person} {capacity}",
    )
    click.echo(f"{person}: {capacity}", err=True)


@person.command("list")
@output_option
def list_people(output: str) -> None:
    """List who decides, and in which capacity."""
    columns = ("person", "capacity", "valid_from", "valid_to")
    show(in_database(people.people), output, columns=columns, empty="Nobody decides yet.")
