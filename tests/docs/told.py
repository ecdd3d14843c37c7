"""Commands as pages write them, taken apart, and held to the command line itself."""

import re
import shlex
from collections.abc import Iterator
from itertools import dropwhile

import click

from customer_inventory.cli.root import cinv

_ASSIGNED = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*=\S*$")
_PLACEHOLDER = re.compile(r"[$<{…]|^[A-Z_-]+$")
"""What stands for a value that the reader has."""


def commands(text: str) -> Iterator[list[str]]:
    """Return the calls of `cinv` in lines of a shell: the words after it."""
    text = re.sub(r"\\\n\s*", " ", text)
    text = re.sub(r"<<'?(\w+)'?\n.*?\n\1\n", "\n", text, flags=re.DOTALL)
    for line in text.splitlines():
        plain = re.sub(r"^\s*\$ ", "", line)
        for part in re.split(r"\$\(|[|;()]|&&| & ", _uncommented(plain)):
            words = list(dropwhile(_leads, _split(part)))
            if words and words[0] in {"cinv", "./run"} and "cinv" in words[:2]:
                yield _redirected(words[words.index("cinv") + 1 :])


def _leads(word: str) -> bool:
    """Return whether a word may stand before a command: a variable, a word of the shell."""
    return _ASSIGNED.match(word) is not None or word in {"do", "until", "then", "exec"}


def _uncommented(line: str) -> str:
    """Return a line without its comment, and with what is quoted free of signs of the shell."""
    line = re.sub(r"(^|\s)#.*$", "", line)
    return re.sub(r"(['\"]).*?\1", lambda found: re.sub(r"[|;()&]", "_", found[0]), line)


def _split(part: str) -> list[str]:
    try:
        return shlex.split(part)
    except ValueError:
        return part.split()


def _redirected(words: list[str]) -> list[str]:
    cut = next((n for n, word in enumerate(words) if re.match(r"^[0-9&]*[<>]|^&$", word)), None)
    return words[:cut]


def wrong(words: list[str]) -> str:
    """Return what is wrong with a call of `cinv`, nothing if that is a call there is."""
    command, rest, context = _leaf(words)
    if isinstance(command, click.Group):
        return "" if not rest or rest[0] in {"--version", "--help", "-h"} else f"no {rest[0]!r}"
    if {"--help", "-h"} & {*rest}:
        return ""
    try:
        given, left, _ = command.make_parser(context).parse_args(list(rest))
    except click.UsageError as error:
        return error.format_message()
    if left:
        return f"{left} are too many"
    return _missing(command, given) or _impossible(command, given)


def _leaf(words: list[str]) -> tuple[click.Command, list[str], click.Context]:
    command: click.Command = cinv
    context = click.Context(cinv, info_name="cinv", **cinv.context_settings)
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        found = command.get_command(context, rest[0])
        if found is None:
            break
        context = click.Context(found, parent=context, info_name=rest.pop(0))
        command = found
    return command, rest, context


def _missing(command: click.Command, given: dict[str, object]) -> str:
    for each in command.params:
        if each.required and given.get(each.name or "") in (None, (), "") and not each.envvar:
            return f"{each.name} is missing"
    return ""


def _impossible(command: click.Command, given: dict[str, object]) -> str:
    for each in command.params:
        values = given.get(each.name or "")
        if isinstance(each.type, click.Choice) and values is not None:
            for value in values if isinstance(values, list | tuple) else (values,):
                known = {str(choice).lower() for choice in each.type.choices}
                is_said = isinstance(value, str) and not _PLACEHOLDER.search(value)
                if is_said and not {*value.lower().split("|")} <= known:
                    return f"{each.name} is none of {sorted(known)}"
    return ""


def named(text: str) -> Iterator[tuple[list[str], str]]:
    """Return the calls of `cinv` that prose names between backticks, and what is wrong with each.

    Words that lead to no command are wrong, and options that it does not have; arguments may be
    left out, and several commands of a group told at once (`cinv req review|approve`).
    """
    for said in re.findall(r"`cinv ([^`\n]+)`", text):
        words = _split(_uncommented(said))
        for each in words[0].split("|") if words else ():
            rest = [each, *words[1:]]
            command, left, _ = _leaf(rest)
            yield rest, _unfit(command, left)


def _unfit(command: click.Command, left: list[str]) -> str:
    if isinstance(command, click.Group):
        known = {"…", "--help", "-h", "--version", "GROUP", "COMMAND"}
        several = left[0].split("|") if left else ()
        there = command.list_commands(click.Context(command))
        return "" if {*several} <= {*there, *known} else f"there is no {left[0]!r}"
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    asked = {word.partition("=")[0] for word in left if re.match(r"--?[a-z]", word)}
    unknown = asked - options - {"--help", "-h"}
    return f"there is no {sorted(unknown)}" if unknown else ""
