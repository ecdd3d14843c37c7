"""A data directory takes the place of another, whenever it is cut short."""

from pathlib import Path

import pytest

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.embedded import EmbeddedServer, adoption
from tests.store.embedded.conftest import Home


def other(used: Home) -> EmbeddedServer:
    """Return a server aside, with a table that ours has not."""
    aside = EmbeddedServer(used.path / "aside", used.server().settings, None, used.elsewhere)
    with aside.running():
        pass
    return aside


def test_the_data_of_another_moves_in_and_ours_stays_beside(used: Home) -> None:
    before = used.server().adopt(other(used))
    assert before is not None
    assert (before / "PG_VERSION").exists()
    with used.server().running():
        assert used.query("SELECT 1") == "1"


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_what_was_cut_short_is_finished_by_the_next_start(
    renames: int, used: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = other(used)
    mark = aside.status().data
    assert mark is not None
    (mark / "mark.txt").touch()
    left, rename = renames, Path.rename

    def cut(path: Path, target: Path) -> Path:
        nonlocal left
        if path.name.startswith("data"):
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", cut)
    if renames < 2:
        with pytest.raises(KeyboardInterrupt):
            used.server().adopt(aside)
    else:
        used.server().adopt(aside)
    monkeypatch.undo()
    with used.server().running():
        assert (used.place.data / "mark.txt").exists()
    assert not (used.place.folder / adoption._NOTE).exists()


def test_nothing_moves_while_anybody_uses_it(used: Home) -> None:
    aside = other(used)
    with used.server().running(), pytest.raises(Unavailable, match="in use"):
        used.server().adopt(aside)
    with aside.running(), pytest.raises(Unavailable, match="in use"):
        used.server().adopt(aside)


def test_there_must_be_something_to_move_in(used: Home) -> None:
    aside = EmbeddedServer(used.path / "aside", used.server().settings, None, used.elsewhere)
    with pytest.raises(Unavailable, match="no database"):
        used.server().adopt(aside)
