"""Our own repository as it ships: in the catalogue from the start, until people declare it anew."""

from importlib.resources import files

from customer_inventory.facilities.repository.declared import Repository
from customer_inventory.facilities.repository.file import read


def ours() -> Repository:
    """Return our own repository as it ships."""
    (one,) = read(text())
    return one


def text() -> str:
    """Return the file that declares it."""
    return (files(__package__) / "shipped.yaml").read_text("utf-8")
