"""`cinv req export`: what is made of requirements for people and other systems."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from customer_inventory.cli.access_decision import in_database
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.export.format import FORMATS
from customer_inventory.requirements.export.given import given
from customer_inventory.requirements.register import State


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="yaml",
    show_default=True,
    help="What to make.",
)
@click.option(
    "--type",
    "record_types",
    multiple=True,
    type=click.Choice(sorted(TYPES)),
    metavar="TYPE",
    help="Of this record type. May be given several times.",
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(get_args(State)),
    help="In this state; may be given several times.  [default: all that are not over]",
)
@click.option(
    "-f",
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files into this folder; without it, all go to standard output.",
)
def export(
    form: str, record_types: Sequence[str], states: Sequence[State], folder: Path | None
) -> None:
    """Write requirements as files: to review, to fill in, to read, for other systems.

    \b
    yaml                 what `cinv req import` reads, one a record type
    csv-template         header and example row of an import, and the mapping that reads it
    ndjson-template      the same as NDJSON
    dictionary           the data dictionary as a page; dictionary-markdown as Markdown
    odcs                 data contracts, Open Data Contract Standard 3.1
    tmf644               PartyPrivacyProfileSpecification, as TMF644 takes it

    \b
    Example:
      cinv req export --format dictionary -f documents/
      cinv req export --format csv-template --type individual -f templates/
    """
    told = in_database(lambda database: given(database, record_types=record_types, states=states))
    made = FORMATS[form](told)
    if not made:
        click.echo("The register has no such requirement.", err=True)
    for name, text in made.items():
        if folder is None:
            if len(made) > 1:
                click.echo(f"{name}:", err=True)
            click.echo(text, nl=False)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
            click.echo(f"{folder / name}", err=True)
