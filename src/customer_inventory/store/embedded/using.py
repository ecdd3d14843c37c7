"""Whether anybody uses a server, and how much it holds: asked before that is exchanged."""

from pathlib import Path

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import process
from customer_inventory.store.embedded.place import Place


def demand_unused(there: Place) -> None:
    """Raise Unavailable while a server runs there, or anybody uses it."""
    use = there.lock("users")
    try:
        if not use.seize() or process.is_alive(there):
            raise Unavailable(
                f"The database in {there.folder} is in use.",
                hint="Stop the service and whatever else uses it, then try again.",
            )
    finally:
        use.release()


def bytes_below(folder: Path) -> int:
    """Return the bytes of all files below `folder`; files may come and go meanwhile."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.lstat().st_size
        except FileNotFoundError:
            continue
    return total
