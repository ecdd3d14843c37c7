"""`cinv access groups`, and the options by which a request is bound to attributes."""

from collections.abc import Iterator
from typing import Any

import click

from customer_inventory.access.terms import Terms
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.facet import groups as declared_groups
from customer_inventory.record.facet import groups_of
from customer_inventory.record.types import TYPES, named

_COLUMNS = ("type", "group", "classification", "operation", "attributes")


@click.command()
@click.argument("record_type", required=False)
@output_option
def groups(record_type: str | None, output: str) -> None:
    """List the groups of attributes: how sensitive each is, and what changes of it need.

    \b
    Example:
      cinv access groups individual
    """
    types = [named(record_type).name] if record_type else list(TYPES)
    rows = [row for name in types for row in _groups(name)]
    show(rows, output, columns=_COLUMNS, empty="")


def bound(shown: tuple[str, ...], masked: tuple[str, ...], written: tuple[str, ...]) -> Terms:
    """Return the terms that the options `--groups`, `--mask` and `--writes` say.

    Raises Invalid for a mask that is not written GROUP=WAY.
    """
    terms: dict[str, Any] = {}
    if shown:
        terms["groups"] = _listed(shown)
    if masked:
        terms["masks"] = dict(map(_pair, _listed(masked)))
    if written:
        terms["writes"] = _listed(written)
    return terms


def _groups(record_type: str) -> Iterator[dict[str, Any]]:
    paths = groups_of(record_type)
    for name, facet in declared_groups().items():
        own = [path for path, group in paths.items() if group == name]
        if own:
            yield {
                "type": record_type,
                "group": name,
                "classification": str(facet.classification),
                "operation": facet.operation,
                "attributes": ", ".join(own),
            }


def _listed(options: tuple[str, ...]) -> list[str]:
    return [word.strip() for option in options for word in option.split(",") if word.strip()]


def _pair(text: str) -> tuple[str, str]:
    group, sign, way = text.partition("=")
    if not sign:
        raise Invalid(
            f"{text!r} is no mask.", path="--mask", hint="Write GROUP=WAY: contact=domain."
        )
    return group, way
