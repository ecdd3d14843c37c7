"""What the files of a deployment may name of the product: commands, settings, probes."""

import importlib.util
import shutil
import sys
from pathlib import Path

import click
import pytest

from customer_inventory.cli.root import cinv
from customer_inventory.kit.settings import Settings
from customer_inventory.web.health import PROBES

DEPLOY = Path(__file__).parents[2] / "deploy"
SETTINGS = {field.metadata["env"] for field in Settings.__dataclass_fields__.values()}
PROBE_PATHS = {f"/health/{name}" for name in PROBES}


def needs(package: str) -> pytest.MarkDecorator:
    """Skip where a package of the extra `deploy` is not installed."""
    is_there = importlib.util.find_spec(package) is not None
    return pytest.mark.skipif(not is_there, reason=f"{package} is not there (extra deploy)")


def program(name: str) -> str | None:
    """Where a program of this environment, or of the machine, is."""
    return shutil.which(name, path=Path(sys.executable).parent) or shutil.which(name)


def check_command(words: list[str]) -> None:
    """Check that `words`, without the name of the program, are a call that the product takes."""
    group: click.Command = cinv
    rest = list(words)
    while isinstance(group, click.Group):
        name = rest.pop(0)
        command = group.get_command(click.Context(group), name)
        assert command is not None, f"there is no command {name} in {words}"
        group = command
    group.make_context("cinv", rest)


def check_setting(variable: str) -> None:
    """Check that a variable is a setting, or names the file of one."""
    assert variable.removesuffix("_FILE") in SETTINGS, variable
