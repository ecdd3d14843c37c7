"""Processes that come with the product: one a task, declared and not in force until decided on."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from customer_inventory.capture.process.declared import Declared, parsed, read

_FOLDER = files(__name__)
SHIPPED_NAMES = sorted(
    entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml")
)
"""The names of what ships, which are its ids."""


def text_of(name: str) -> str:
    """Return the file of a process that ships, as it is written."""
    return _FOLDER.joinpath(f"{name}.yaml").read_text("utf-8")


def shipped() -> Iterator[Declared]:
    """Yield every process that ships."""
    for name in SHIPPED_NAMES:
        yield parsed(text_of(name), Path())


def named(file: str) -> Declared:
    """Return what the file declares, or what ships under that name; raise as `read` does."""
    if file in SHIPPED_NAMES and not Path(file).is_file():
        return parsed(text_of(file), Path())
    return read(Path(file))
