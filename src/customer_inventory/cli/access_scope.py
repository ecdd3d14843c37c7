"""The option by which a request is bound to some records."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from customer_inventory.access.registration import Permission
from customer_inventory.access.scope import SCOPE, checked_scope
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse

Command = Callable[..., Any]


def scope_option(command: Command) -> Command:
    """Add `--scope` to a command."""
    return click.option(
        "--scope",
        "scopes",
        multiple=True,
        metavar="TYPE:RULE",
        help='Of which records: customer:{"in": {"market": ["AT"]}}, a rule in JSON.',
    )(command)


def with_scopes(permissions: Sequence[Permission], scopes: Sequence[str]) -> list[Permission]:
    """Return `permissions` with the scopes that are said of their types.

    Raises Invalid for a scope of a type that is not asked for, or one that is none.
    """
    said = dict(map(_scope, scopes))
    asked = {permission.record_type for permission in permissions}
    for record_type in said.keys() - asked:
        raise Invalid(f"There is a scope of {record_type!r}, which is not asked for.")
    return [
        replace(each, terms={**each.terms, SCOPE: said[each.record_type]})
        if each.record_type in said
        else each
        for each in permissions
    ]


def _scope(text: str) -> tuple[str, dict[str, Any]]:
    record_type, _, rule = text.partition(":")
    return record_type, checked_scope(record_type, parse(rule.encode()))
