"""The models that come with the product, in force until one is trained on the inventory's own."""

from functools import cache
from importlib import resources

from customer_inventory.capture.matching.model import Model


@cache
def default(record_type: str) -> Model:
    """Return the model of a record type that comes with the product."""
    folder = resources.files(__package__) / "models"
    return Model.read((folder / f"{record_type}.json").read_bytes())
