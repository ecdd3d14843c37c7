"""What an API declares: its number, its place, and the record types it serves."""

from dataclasses import dataclass

from customer_inventory.record.declare import ApiVersion, RecordType
from customer_inventory.record.types import TYPES, added

ROOT = "/tmf-api"
VERSIONS: tuple[ApiVersion, ...] = ("v5", "v4")
"""The API versions served, the one that records are kept in first."""


@dataclass(frozen=True)
class Api:
    """One TM Forum Open API.

    `prefix` is its base path below `/tmf-api`, `aliases` are others that callers use for it, and
    `prefix_in_v4` the one that version 4 has where it is another; all are served in all
    `versions`. `resources` are the names of the record types it serves; with `serves_added` also
    those that the register declares.
    """

    number: str
    title: str
    prefix: str
    resources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    prefix_in_v4: str = ""
    versions: tuple[ApiVersion, ...] = VERSIONS
    serves_added: bool = False

    @property
    def base(self) -> str:
        """The base path of version 5, without a slash at its end."""
        return self.base_of("v5")

    @property
    def bases(self) -> tuple[str, ...]:
        """The base paths of all versions and their aliases."""
        return tuple(base for version in self.versions for base in self.bases_of(version))

    def base_of(self, version: str) -> str:
        """Return the base path of a version, without a slash at its end."""
        return self.bases_of(version)[0]

    def bases_of(self, version: str) -> tuple[str, ...]:
        """Return the base path of a version and its aliases."""
        own = self.prefix_in_v4 if version == "v4" and self.prefix_in_v4 else self.prefix
        prefixes = dict.fromkeys((own, self.prefix, *self.aliases))
        return tuple(f"{ROOT}/{prefix}/{version}" for prefix in prefixes)

    @property
    def types(self) -> tuple[RecordType, ...]:
        """The record types it serves."""
        own = tuple(TYPES[name] for name in self.resources)
        return (*own, *added()) if self.serves_added else own
