"""The folder into which reports are delivered: files in it, each whole or not at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from customer_inventory.kit.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of reports, which is made when the first one is written."""

    path: Path

    @classmethod
    def named(cls, path: str) -> "Folder":
        """Return the folder at a path, which may begin with a user's home."""
        return cls(Path(path).expanduser())

    def has(self, files: Sequence[str], hashes: Sequence[bytes]) -> bool:
        """Tell whether every file lies there as it was written."""
        try:
            found = [sha256((self.path / file).read_bytes()) for file in files]
        except OSError:
            return False
        return found == list(hashes)

    def write(self, file: str, content: bytes) -> None:
        """Write a file; raise Unavailable where that cannot be."""
        target = self.path / file
        part = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(target)
        except OSError as error:
            raise Unavailable(
                f"{target} cannot be written: {error.strerror}.",
                hint="CINV_REPORTS names the folder.",
            ) from error


def sha256(content: bytes) -> bytes:
    """Return the hash by which a file is known again."""
    return hashlib.sha256(content).digest()
