"""A data directory put in the place of another: by two renames that survive a crash between them.

What is about to happen is noted first. Whoever starts the server next finishes it: between the
renames there is no data directory, and an empty one must not be made there.
"""

from pathlib import Path

from customer_inventory.kit.clock import now
from customer_inventory.store.embedded.cluster import flush, note_made
from customer_inventory.store.embedded.place import Place

_NOTE = "adopting.txt"


def adopt(place: Place, fresh: Path) -> Path | None:
    """Make `fresh` the data directory; return where the one before lies now, None without one.

    The caller holds the place alone, and no server runs on either of them. Both lie on one file
    system.
    """
    before = place.folder / f"data.before-{now():%Y%m%dT%H%M%S.%fZ}"
    had_one = place.initialised
    place.write(place.folder / _NOTE, f"{fresh}\n{before}\n")
    flush(place.folder)
    finish(place)
    return before if had_one else None


def finish(place: Place) -> None:
    """Finish what was begun and cut short, if anything was."""
    note = place.folder / _NOTE
    try:
        fresh, before = map(Path, note.read_text("utf-8").splitlines())
    except FileNotFoundError:
        return
    if fresh.exists():
        if place.data.exists():
            place.data.rename(before)
        fresh.rename(place.data)
        note_made(place)
    note.unlink()
