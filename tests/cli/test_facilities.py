"""`cinv db` and `cinv status`, and how failures come out of the command line."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.store import migrate
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.tmf.coverage import coverage
from tests.cli.conftest import Cinv, asked
from tests.conftest import _created

STEPS = sorted(path.stem for path in migrate.folder().glob("*.sql"))
NOBODY = "postgresql://u:s3cret@127.0.0.1:1/x"


@pytest.fixture
async def empty(server: EmbeddedServer) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    name = f"cinv_empty_{os.getpid()}"
    yield await _created(server, name, "template0")
    connection = await asyncpg.connect(server.superuser_dsn)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


def test_migrations_are_planned_then_made_once(cinv: Cinv, empty: str) -> None:
    plan = cinv("db", "migrate", "--plan", "-o", "json", database_url=empty)
    assert plan.code == 0
    assert [step["step"] for step in json.loads(plan.out)] == STEPS
    assert all(step["locks"] == "no existing table" for step in json.loads(plan.out))
    assert _rooms(empty) == set()
    assert cinv("status", database_url=empty).code == 1

    made = cinv("db", "migrate", "-o", "json", database_url=empty)
    assert made.code == 0
    assert [step["step"] for step in json.loads(made.out)] == STEPS
    assert _rooms(empty) == {"record", "access", "capture"}
    for words in (("db", "migrate"), ("db", "migrate", "--plan")):
        again = cinv(*words, database_url=empty)
        assert (again.code, again.out) == (0, "")
        assert again.err == "Nothing to do: it is up to date.\n"
    assert cinv("status", database_url=empty).code == 0


def _rooms(dsn: str) -> set[str]:
    names = asked(dsn, "SELECT nspname FROM pg_namespace")
    return {name for (name,) in names} & {"record", "access", "capture"}


def test_a_command_brings_a_new_database_up_to_date(cinv: Cinv, empty: str) -> None:
    assert cinv("access", "list", database_url=empty).code == 0
    assert _rooms(empty) == {"record", "access", "capture"}


def test_the_status_tells_what_is_there(here: Cinv) -> None:
    done = here("status", "-o", "json")
    assert done.code == 0
    told = {row["what"]: row["state"] for row in json.loads(done.out)}
    assert told["missing migrations"] == "none"
    assert told["customer records"] == "0"


def test_the_status_of_what_is_not_there(cinv: Cinv, tmp_path: Path) -> None:
    home = tmp_path / "nothing"
    done = cinv("status", CINV_HOME=str(home))
    assert done.code == 3
    assert "embedded running" in done.out
    assert not home.exists()
    assert cinv("db", "stop", CINV_HOME=str(home)).code == 0


def test_the_address_is_told(here: Cinv, dsn: str) -> None:
    assert here("db", "url").out == f"{dsn}\n"


COMMANDS = [
    ["access", "list"],
    ["access", "log"],
    ["access", "token", "x", "--purpose", "y"],
    ["customer", "find", "lovelace"],
    ["customer", "show", "x"],
    ["record", "findings"],
    ["db", "migrate"],
    ["db", "migrate", "--plan"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("url", [NOBODY, "nonsense", "mysql://x/y"])
def test_a_database_that_cannot_be_reached_is_told(cinv: Cinv, words: list[str], url: str) -> None:
    done = cinv(*words, database_url=url)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("cinv: ")
    assert done.err.count("\n") == 1
    assert "s3cret" not in done.err


def test_the_status_tells_that_it_cannot_be_reached(cinv: Cinv) -> None:
    done = cinv("status", database_url=NOBODY)
    assert done.code == 3
    assert "cannot be reached" in done.out
    assert "s3cret" not in done.out + done.err


def test_another_database_is_not_ours_to_start(here: Cinv) -> None:
    done = here("db", "start")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cinv: CINV_DATABASE_URL names another database.")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CINV_PORT", "abc"),
        ("CINV_PORT", "-1"),
        ("CINV_POOL_SIZE", "1.5"),
        ("CINV_MAX_PAGE", "many"),
        ("CINV_DOCS", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(here: Cinv, variable: str, value: str) -> None:
    done = here("access", "list", **{variable: value})
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"cinv: {variable} is {value!r}.")


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["db", "nonsense"], ["--nonsense"], ["status", "--nonsense"], ["status", "x"]],
    ids=" ".join,
)
def test_an_unknown_word_is_wrong_use(cinv: Cinv, words: list[str]) -> None:
    done = cinv(*words)
    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_wrong_port_is_wrong_use(cinv: Cinv, port: str) -> None:
    done = cinv("serve", "--port", port)
    assert (done.code, done.out) == (2, "")
    assert "--port" in done.err


def test_the_program_itself_answers(dsn: str) -> None:
    def called(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "customer_inventory", *words],
            env={**os.environ, "CINV_DATABASE_URL": dsn, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    done = called("record", "types", "-o", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1 + len(list(coverage()))
    done = called("customer", "show", "x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "cinv: id: There is no Customer with this id.\n"
    done = called("access", "list", CINV_DATABASE_URL=NOBODY)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr


def test_a_reader_who_stops_reading_is_no_failure(dsn: str) -> None:
    command = f"{sys.executable} -m customer_inventory record types -o ndjson | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        env={**os.environ, "CINV_DATABASE_URL": dsn},
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
