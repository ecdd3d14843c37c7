"""Help: every command explains itself, and its examples work."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from customer_inventory import __version__
from customer_inventory.cli.root import cinv as root
from tests.cli.conftest import Cinv

# Told and tested with what they load.
ELSEWHERE = ("demo", "capture")
ENDLESS = ("serve", "start")


def commands(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below `group`, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        if name in ELSEWHERE:
            continue
        command = group.get_command(context, name)
        assert command is not None
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


EVERY = list(commands(root))
LEAVES = [(words, command) for words, command in EVERY if not isinstance(command, click.Group)]


def examples(command: click.Command) -> list[list[str]]:
    """The examples in the help of a command, word by word."""
    text = (command.help or "").replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in re.findall(r"^ *(cinv .*)$", text, re.MULTILINE)]


@pytest.mark.parametrize(("words", "command"), EVERY, ids=[" ".join(words) for words, _ in EVERY])
def test_a_command_explains_itself(
    cinv: Cinv, words: tuple[str, ...], command: click.Command
) -> None:
    for option in ("--help", "-h"):
        told = cinv(*words, option)
        assert (told.code, told.err) == (0, "")
        assert told.out.startswith(f"Usage: cinv {' '.join(words)}")
        assert command.get_short_help_str()


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=[" ".join(words) for words, _ in LEAVES])
def test_a_command_that_takes_arguments_shows_how(
    words: tuple[str, ...], command: click.Command
) -> None:
    needs = [parameter for parameter in command.params if parameter.required]
    shown = examples(command)
    assert shown or not needs
    assert all(tuple(example[: len(words)]) == words for example in shown)


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=[" ".join(words) for words, _ in LEAVES])
def test_options_are_explained(words: tuple[str, ...], command: click.Command) -> None:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(words)} {parameter.name}"


def test_examples_work(here: Cinv) -> None:
    here("access", "person", "add", "olga", "breakGlass")
    for purpose, basis in (("care", "contract"), ("ads", "legitimateInterests")):
        here("access", "purpose", "add", purpose, "--title", purpose, "--legal-basis", basis)
    here("access", "register", "ads", "--name", "Ads", "--owner", "F")
    for words, command in LEAVES:
        for example in examples(command):
            if words[-1] in ENDLESS:
                continue
            assert here("access", "register", "billing", *_REGISTRATION).code == 0
            assert here("access", "resume", "billing", "--reason", "x").code == 0
            done = here(*example)
            # The one customer of the examples is in nobody's database.
            expected = 1 if "qa06h0q9x2mrs6kz4c8v1tdw3e" in example else 0
            assert done.code == expected, (example, done.err)


_REGISTRATION = ["--name", "B", "--owner", "F", "--purpose", "billing", "--allow", "customer:read"]


def test_the_root_lists_its_commands(cinv: Cinv) -> None:
    told = cinv("--help")
    assert told.code == 0
    for name in ("serve", "status", "db", "record", "customer", "access"):
        assert re.search(rf"^  {name} ", told.out, re.MULTILINE)
    assert "Exit codes" in told.out


def test_the_version_is_told(cinv: Cinv) -> None:
    assert __version__ in cinv("--version").out


@pytest.mark.parametrize("words", [["db"], ["record"], ["customer"], ["access"]])
def test_a_group_alone_shows_its_help(cinv: Cinv, words: list[str]) -> None:
    told = cinv(*words)
    assert told.code == 2
    assert "Commands:" in told.out + told.err
