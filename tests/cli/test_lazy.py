"""Commands are imported when they are called, and no sooner."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from customer_inventory.cli.lazy import LazyGroup
from customer_inventory.cli.root import cinv

_HEAVY = {"pgqueuer", "jinja2", "aiohttp", "joserfc", "starlette", "uvicorn", "argon2", "arro3"}
"""What takes longer to import than all of the rest that a command needs."""


def _elsewhere(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[LazyGroup, str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        if isinstance(group, LazyGroup) and name not in group.commands:
            yield group, name
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _elsewhere(command, (*above, name))


@pytest.mark.parametrize(
    ("group", "name"), [pytest.param(*each, id=each[1]) for each in _elsewhere(cinv)]
)
def test_the_line_of_a_command_is_its_own(group: LazyGroup, name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name
    line = group._there[name].line
    assert line == command.get_short_help_str(len(line))


def test_a_group_without_others_keeps_its_order() -> None:
    assert cinv.list_commands(click.Context(cinv))[:3] == ["serve", "status", "db"]


def test_what_is_no_command_is_none() -> None:
    assert cinv.get_command(click.Context(cinv), "nonsense") is None


def imported(*words: str) -> set[str]:
    """Return the packages that `cinv` has imported once it has told its help."""
    code = "import sys; sys.argv[0] = 'cinv'; from customer_inventory.cli.root import cinv\n"
    code += "try: cinv()\nfinally: print('|', *sys.modules, file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", code, *words, "--help"], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in ran.stderr.partition("|")[2].split()}


def test_help_of_all_imports_no_room() -> None:
    assert not imported() & {*_HEAVY, "asyncpg", "phonenumbers", "yaml"}


@pytest.mark.parametrize("words", ["req list", "access", "record", "db"])
def test_a_command_imports_what_it_needs(words: str) -> None:
    found = imported(*words.split())
    assert "customer_inventory" in found
    assert not found & _HEAVY


def test_a_command_loads_no_client_until_it_asks_somebody_outside() -> None:
    assert "aiohttp" not in imported("access", "download", "request")
