"""What an API declares: its number, its place, and the record types it serves."""

from dataclasses import dataclass

from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES

ROOT = "/tmf-api"


@dataclass(frozen=True)
class Api:
    """One TM Forum Open API in version 5.

    `prefix` is its base path below `/tmf-api`, `aliases` are others that callers use for it;
    `resources` are the names of the record types it serves.
    """

    number: str
    title: str
    prefix: str
    resources: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The base path, without a slash at its end."""
        return f"{ROOT}/{self.prefix}/v5"

    @property
    def bases(self) -> tuple[str, ...]:
        """The base path and its aliases."""
        return tuple(f"{ROOT}/{prefix}/v5" for prefix in (self.prefix, *self.aliases))

    @property
    def types(self) -> tuple[RecordType, ...]:
        """The record types it serves."""
        return tuple(TYPES[name] for name in self.resources)
