"""A group of commands that are imported only when they are called; its help imports none."""

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class There(NamedTuple):
    """Where a command is, as `module:name`, and the line that lists of commands show of it."""

    place: str
    line: str


class LazyGroup(click.Group):
    """A group of commands `there`, by what they are called, besides those that it has already."""

    def __init__(self, *words: Any, there: Mapping[str, There], **named: Any) -> None:
        super().__init__(*words, **named)
        self._there = there

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands: in their order here, or mixed with others by name."""
        others = super().list_commands(ctx)
        return sorted((*self._there, *others)) if others else list(self._there)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now; None when there is none of that name."""
        there = self._there.get(cmd_name)
        if there is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = there.place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - a slip of ours, not of the caller
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, those that are elsewhere as it stands here."""
        lines = []
        for name in self.list_commands(ctx):
            there, command = self._there.get(name), self.commands.get(name)
            if there is not None:
                lines.append((name, there.line))
            elif command is not None and not command.hidden:
                lines.append((name, command.get_short_help_str(_LONGEST)))
        with formatter.section("Commands"):
            formatter.write_dl(lines)


_LONGEST = 200
