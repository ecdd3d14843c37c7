"""`cinv db backup` and what goes with it, as people call it."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_inventory.store.embedded import EmbeddedServer
from tests.cli.conftest import Cinv, Outcome
from tests.cli.test_help import OF_THE_EMBEDDED, examples, leaf
from tests.facilities.backup.conftest import made  # noqa: F401
from tests.store.embedded.conftest import passable_folder


@pytest.fixture
def home(made: Path) -> Iterator[Path]:  # noqa: F811 - the fixture
    with passable_folder() as folder:
        subprocess.run(["cp", "-a", made, folder / "home"], check=True)
        yield folder / "home"


@pytest.fixture
def call(cinv: Cinv, home: Path) -> Cinv:
    """Call `cinv` in a home with an embedded database of its own, and a folder for backups."""

    def call(*words: str, **environment: str) -> Outcome:
        named = {"CINV_HOME": str(home), "CINV_BACKUP": str(home.parent / "backups")}
        return cinv(*words, **{**named, **environment})

    return call


def test_from_a_backup_to_a_restore(call: Cinv, home: Path) -> None:
    assert call("db", "backups").err.strip().startswith("There is no backup yet")
    first = json.loads(call("db", "backup", "-o", "json").out)[0]
    second = json.loads(call("db", "backup", "-o", "json").out)[0]
    assert (first["kind"], second["kind"]) == ("full", "incremental")
    listed = json.loads(call("db", "backups", "-o", "json").out)
    assert [each["id"] for each in listed] == [first["id"], second["id"]]
    assert call("db", "verify").code == 0
    drilled = call("db", "drill")
    assert drilled.code == 0, drilled.err
    assert "every rule could be asked" in drilled.out
    data = EmbeddedServer(home).status().data
    assert data is not None
    shutil.rmtree(data)
    assert "is gone" in call("db", "backup").err
    restored = call("db", "restore", "--yes")
    assert restored.code == 0, restored.err
    assert "erased again: 0" in restored.out
    assert call("db", "migrate").code == 0


def test_the_examples_work(call: Cinv) -> None:
    for name in OF_THE_EMBEDDED:
        for example in examples(leaf("db", name)):
            done = call(*example, *(("--yes",) if name == "restore" else ()))
            # The instant of the example is before any backup.
            assert (done.code == 0) == (name != "restore"), (example, done.err)
            assert name != "restore" or "earliest instant" in done.err


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (("backup",), {"CINV_BACKUP": ""}, "Set CINV_BACKUP"),
        (("backup",), {"CINV_DATABASE_URL": "postgresql:///x"}, "its own facilities"),
        (("backup",), {"CINV_BACKUP": "/proc/nowhere"}, "cannot be made"),
        (("backups",), {"CINV_BACKUP_DAYS": "0"}, "CINV_BACKUP_DAYS"),
        (("restore", "--yes"), {}, "There is no backup yet"),
        (("restore", "--to", "yesterday", "--yes"), {}, "no instant"),
        (("restore", "--to", "2999-01-01T00:00:00Z", "--yes"), {}, "in the future"),
        (("restore", "--from", "nothing", "--yes"), {}, "no backup nothing"),
        (("verify", "nothing"), {}, "no backup nothing"),
        (("drill",), {}, "There is no backup yet"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: tuple[str, ...], environment: dict[str, str], said: str, call: Cinv
) -> None:
    done = call("db", *words, **environment)
    assert done.code in (1, 2, 3)
    assert said in done.err


def test_a_damaged_backup_is_said(call: Cinv, home: Path) -> None:
    assert call("db", "backup").code == 0
    [copy] = (home.parent / "backups" / "base").glob("*.tar.sealed")
    os.truncate(copy, copy.stat().st_size - 100)
    done = call("db", "verify")
    assert done.code == 1
    assert "digest" in done.out
    done = call("db", "restore", "--yes")
    assert done.code == 3
    assert "damaged" in done.err
    assert call("db", "migrate").code == 0
