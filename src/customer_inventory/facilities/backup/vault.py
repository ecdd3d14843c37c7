"""The folder of the backups together with the seal that opens them."""

from dataclasses import dataclass

from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.backup.sealing import Seal
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings


@dataclass(frozen=True)
class Vault:
    """Where the backups lie, and what they are sealed with."""

    folder: Folder
    seal: Seal


def vault_of(settings: Settings) -> Vault:
    """Return the vault that the settings name, made if need be.

    Raises Invalid when none is named, or when the database is not the embedded one; Unavailable
    when folder or key cannot be had.
    """
    if settings.database_url:
        raise Invalid(
            "CINV_DATABASE_URL names another PostgreSQL: its own facilities back it up.",
            hint="pgBackRest or those of its provider; cinv db backs the embedded one up.",
        )
    if settings.backup is None:
        raise Invalid(
            "No folder for backups is named.",
            hint="Set CINV_BACKUP, best to a folder on another disk.",
        )
    return Vault(Folder(settings.backup).made(), Seal.kept_in(settings.home))
