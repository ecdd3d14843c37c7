"""Keys kept as files in the inventory's home, for their owner alone: never in the database."""

import os
from collections.abc import Callable
from pathlib import Path

from customer_inventory.kit.errors import Unavailable


def kept(home: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Return the content of the key file `name` in `home`; at the first use `make` makes it.

    Written whole or not at all; the first of several makers wins. Raises Unavailable.
    """
    file = home / "keys" / name
    try:
        if not file.exists():
            _write(file, make())
        return file.read_bytes()
    except OSError as error:
        raise Unavailable(
            f"The key {name} cannot be read or made: {error.strerror}.", hint=f"Look at {file}."
        ) from error


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = file.with_name(f".{file.name}-{os.getpid()}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        file.hardlink_to(made)
    except FileExistsError:
        pass
    finally:
        made.unlink()
