"""What keeps the house easy to read: short modules, rooms by name, one way down."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "customer_inventory"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 300
LAYERS_IN_NAMES = {"service", "services", "utils", "util", "helpers", "models", "manager", "common"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_is_short(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= LONGEST


def test_modules_are_named_by_subject() -> None:
    shared_schema_parts = {SOURCE / "record" / "types" / "common.py"}
    named_by_layer = [
        path for path in MODULES if path.stem in LAYERS_IN_NAMES and path not in shared_schema_parts
    ]
    assert named_by_layer == []


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in MODULES if not path.read_text("utf-8").lstrip().startswith('"""')]
    assert silent == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [path for path in MODULES if marks.search(path.read_text("utf-8"))] == []


def test_every_package_is_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = {
        name.strip()
        for layer in contracts["contracts"][0]["layers"]
        for name in re.split(r"[|:]", layer)
    }
    rooms = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "__pycache__", "py"} <= layers


def test_every_dependency_has_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    lines = [line.strip() for line in block[1].splitlines()]
    for before, line in zip(["", *lines], lines, strict=False):
        assert line.startswith("#") or before.startswith("#"), line
