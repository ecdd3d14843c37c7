"""What pages tell people to type is there: commands, options, addresses, settings, files."""

import ast
import functools
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from customer_inventory.described import openapi_document
from customer_inventory.kit.settings import Settings
from customer_inventory.tmf import customer360, roles
from customer_inventory.tmf.apis import APIS
from tests.docs.page import ROOT, Block, blocks, pages, prose
from tests.docs.told import commands, named, wrong

PAGES = [*pages("adr"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SHELL = ("", "sh", "console", "bash")
BLOCKS = [block for page in PAGES for block in blocks(page)]

_ADDRESS = re.compile(
    r"(?P<method>\b[A-Z]+ )?(?P<path>/(?:tmf-api|inventory/v1|oauth2)(?:/[^\s`\"'|),;]*)?)"
)
OUTSIDE = ("/tmf-api/serviceProblemManagement/v5",)
"""Of a desk outside, which serves it."""
ONE_S_OWN = ("/tmf-api/customerInventory/v5/loyaltyMembership",)
"""Of a record type that the page declares."""
BESIDE = frozenset(
    f"CINV_{name}"
    for name in (
        # of the tests and the build
        "TMF_SPECS", "REAL_DATA", "FOCUS_VALIDATOR", "TEST_CITUS_URL", "TEST_PROFILE",
        "SCREENSHOTS", "SCREENSHOTS_ALL", "REQUIRE_ASSETS",
        # of the Compose file
        "DATABASE_CPUS", "DATABASE_MEMORY", "SERVICE_CPUS", "SERVICE_MEMORY", "IMAGE", "LISTEN",
        # of those who call the service
        "URL", "CLIENT_ID", "CLIENT_SECRET", "PURPOSE", "TOKEN",
        # a slip that the doctor finds
        "BAKUP",
    )
)  # fmt: skip
"""Variables that are no settings of the service."""


def of(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language.partition(" ")[0] in languages]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_blocks_are_of_languages_that_are_looked_at() -> None:
    found = {block.language.partition(" ")[0] for block in BLOCKS}
    assert found <= {*SHELL, "text", "yaml", "json", "python", "toml", "sql", "jinja"}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_of_a_page_is_one(page: Path) -> None:
    shell = [block for block in blocks(page) if block.language in SHELL]
    typed = [(block, words) for block in shell for words in commands(block.text)]
    faults = [
        f"{at}: cinv {' '.join(words)}: {fault}" for at, words in typed if (fault := wrong(words))
    ]
    assert faults == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_that_a_page_names_is_one(page: Path) -> None:
    faults = [f"cinv {' '.join(words)}: {fault}" for words, fault in named(prose(page)) if fault]
    assert faults == []


@functools.cache
def _served() -> dict[str, frozenset[str]]:
    """Return the methods of every path that is served, by all of its names."""
    paths = openapi_document("", 1000)["paths"]
    served = {path: frozenset(method.upper() for method in told) for path, told in paths.items()}
    for api in (*APIS, customer360.API, roles.API):
        for version in api.versions:
            own = api.base_of(version)
            below = {path: told for path, told in served.items() if path.startswith(f"{own}/")}
            for base in api.bases_of(version):
                served |= {base + path.removeprefix(own): told for path, told in below.items()}
    return served


def _is_served(method: str, path: str) -> bool:
    """Return whether a path leads somewhere, as a whole or as the base of others."""
    wanted = path.split("/")
    for template, methods in _served().items():
        parts = template.split("/")
        is_so = all(
            one == other or other.startswith("{") or one in {"", "…"}
            for one, other in zip(wanted, parts, strict=False)
        )
        if is_so and len(wanted) <= len(parts):
            is_whole = len(wanted) == len(parts)
            if not method or (is_whole and (method in methods or method == "HEAD")):
                return True
    return False


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_address_of_a_page_leads_somewhere(page: Path) -> None:
    for found in _ADDRESS.finditer(page.read_text("utf-8")):
        path = re.split(r"[?#\\]", found["path"])[0].rstrip("./")
        method = (found["method"] or "").strip()
        method = method if method in {"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"} else ""
        if path not in {*OUTSIDE, *ONE_S_OWN} and "/v1." not in path:
            assert _is_served(method, path), found[0]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_setting_of_a_page_is_one(page: Path) -> None:
    known = {each.metadata["env"] for each in Settings.__dataclass_fields__.values()}
    told = {*re.findall(r"\bCINV_[A-Z0-9_]*[A-Z0-9]\b", page.read_text("utf-8"))}
    assert {name.removesuffix("_FILE") for name in told} - BESIDE - known == set()


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_is_yaml(block: Block) -> None:
    assert yaml.safe_load(block.text) is not None


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_toml_is_toml(block: Block) -> None:
    assert tomllib.loads(block.text)


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    ast.parse(block.text)
