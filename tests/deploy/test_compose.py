"""The Compose file: valid, closed, and of what the product has."""

import asyncio
import json
import os
import re
import subprocess
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from customer_inventory.cli.running import prepare
from customer_inventory.store import migrate
from customer_inventory.store.embedded import EmbeddedServer
from tests.deploy.product import DEPLOY, check_command, check_setting, needs

FOLDER = DEPLOY / "compose"
FILE = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = FILE["services"]
OURS = ("migrate", "service")


@needs("compose_spec")
def test_it_follows_the_specification() -> None:
    from compose_spec import PyCompose

    text = (FOLDER / "compose.yaml").read_text("utf-8")
    interpolated = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))
    compose = PyCompose.from_json(json.dumps(interpolated))
    compose.validate()
    assert set(compose.services or ()) == set(SERVICES)
    interpolated["services"]["service"]["red_only"] = True
    with pytest.raises(ValueError, match="red_only"):
        PyCompose.from_json(json.dumps(interpolated))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    assert "privileged" not in service
    secret = [name for name in service["environment"] if "PASSWORD" in name or "URL" in name]
    assert all(name.endswith("_FILE") or name == "CINV_PUBLIC_URL" for name in secret)


@pytest.mark.parametrize("name", OURS)
def test_ours_is_what_the_product_takes(name: str) -> None:
    service = SERVICES[name]
    check_command(service.get("command", ["serve"]))
    for variable in service["environment"]:
        check_setting(variable)
    for secret in service["secrets"]:
        assert f"/run/secrets/{secret}" in service["environment"].values()


def test_the_database_is_reached_by_ours_alone() -> None:
    assert SERVICES["database"]["networks"] == ["inside"]
    assert FILE["networks"]["inside"] == {"internal": True}
    assert "ports" not in SERVICES["database"]
    assert [SERVICES["service"]["ports"][0].startswith("${CINV_LISTEN:-127.0.0.1:")] == [True]


def test_secrets_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = [subprocess.run([FOLDER / "prepare", folder], check=True, capture_output=True)]
    kept = {path.name: path.read_text() for path in folder.iterdir() if path.name[0] != "."}
    made += [subprocess.run([FOLDER / "prepare", folder], check=True, capture_output=True)]
    assert {path.name: path.read_text() for path in folder.iterdir() if path.name[0] != "."} == kept
    assert made[1].stdout == b""
    assert set(kept) == {Path(each["file"]).name for each in FILE["secrets"].values()}
    assert folder.stat().st_mode & 0o077 == 0
    assert (
        kept["database-url"] == f"postgresql://cinv:{kept['database-password']}@database:5432/cinv"
    )
    assert kept["superuser-password"] != kept["database-password"]
    assert not [name for name, text in kept.items() if text in made[0].stdout.decode() or not name]


@pytest.fixture
async def owner(server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database made by the script of the Compose file, as its role."""
    name = f"cinv_compose_{os.getpid()}"
    secret = tmp_path / "password"
    secret.write_text(uuid.uuid4().hex)
    script = (FOLDER / "database.psql").read_text("utf-8")
    script = script.replace("cat /run/secrets/database-password", f"cat {secret}")
    script = script.replace("cinv", name)
    psql = [server.tool("psql"), "-Xq", server.superuser_dsn]
    done = await asyncio.to_thread(
        subprocess.run, psql, input=script, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    try:
        yield re.sub(r"/\w+\?", f"/{name}?", server.superuser_dsn) + f"&options=-crole%3D{name}"
    finally:
        connection = await asyncpg.connect(server.superuser_dsn)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.execute(f"DROP ROLE {name}")
        await connection.close()


async def test_a_role_that_is_no_superuser_makes_everything(owner: str) -> None:
    connection = await asyncpg.connect(owner)
    told = await connection.fetchrow(
        "SELECT current_user, rolsuper OR rolcreaterole OR rolcreatedb AS is_mighty"
        " FROM pg_roles WHERE rolname = current_user"
    )
    await connection.close()
    assert told is not None
    assert told["current_user"].startswith("cinv_compose_")
    assert not told["is_mighty"]
    await prepare(owner)
    assert await migrate.pending(owner) == []
