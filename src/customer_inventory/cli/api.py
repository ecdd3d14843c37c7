"""`cinv api`: what is served, described for programs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from customer_inventory.described import openapi_document, postman
from customer_inventory.kit.settings import Settings

_TO = click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; else standard output.",
)
_AT = click.option("--base", help="Address of the service.  [default: CINV_PUBLIC_URL]")


@click.group()
def api() -> None:
    """API: what is served, described for programs."""


@api.command("openapi")
@_TO
@_AT
def openapi_command(file: Path | None, base: str | None) -> None:
    """Write the OpenAPI document of this version.

    The document of a running service, with the record types and requirements in force there, is
    its /openapi.json.

    \b
    Example:
      cinv api openapi --to openapi.json
    """
    _write(_document(base), file)


@api.command("postman")
@_TO
@_AT
def postman_command(file: Path | None, base: str | None) -> None:
    """Write a Postman collection of every operation, made from the OpenAPI document.

    \b
    Example:
      cinv api postman --to postman.json
    """
    _write(postman(_document(base)), file)


def _document(base: str | None) -> dict[str, Any]:
    settings = Settings.from_environment()
    return openapi_document(base or settings.public_url or "", settings.max_page)


def _write(content: Mapping[str, Any], file: Path | None) -> None:
    text = msgspec.json.format(msgspec.json.encode(content), indent=1)
    if file is None:
        click.echo(text)
        return
    file.write_bytes(text + b"\n")
    click.echo(f"{file} is written", err=True)
