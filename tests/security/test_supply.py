"""What the product is made of, and that it comes out the same twice; no secret in a file."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.security.rows import ROOT

LOCK = ROOT / "deploy" / "container" / "requirements.lock"
MADE_UP = {"tests/cli/test_logs.py": "a token of ours"}  # what must be left out of logs
SECRETS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "a key of AWS": re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a token of GitHub": re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "a token of GitLab": re.compile(rb"\bglpat-[A-Za-z0-9_-]{20}\b"),
    "a token of Slack": re.compile(rb"\bxox[abposr]-[A-Za-z0-9-]{20,}"),
    "a token of PyPI": re.compile(rb"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
    "a token of ours": re.compile(rb"\bcinv_[A-Za-z0-9_-]{43}\b"),
}


def built(into: Path, source: Path = ROOT) -> Path:
    """Build the wheel as releases do, and return it."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = into.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    return built(tmp_path_factory.mktemp("one"))


def test_the_wheel_comes_out_the_same_twice(wheel: Path, tmp_path: Path) -> None:
    """From another folder, of files with other times: the bytes are the same."""
    names = ("src", "pyproject.toml", "hatch_build.py", "assets.lock.json", "README.md", "LICENSE")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in names:
        there = ROOT / name
        copy = shutil.copytree if there.is_dir() else shutil.copyfile
        copy(there, elsewhere / name)
    for path in elsewhere.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    again = built(tmp_path / "two", elsewhere)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_the_wheel_has_the_product_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
        kinds = {Path(name).suffix for name in archive.namelist()}
    assert {name.partition("-")[0] for name in tops} == {"customer_inventory"}
    assert kinds.isdisjoint({".key", ".pem", ".env", ".lock", ".pyc"})


def test_the_bill_of_materials_names_everything_the_product_needs(tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx_py")
    file = tmp_path / "sbom.json"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--sv", "1.6",
         "--output-reproducible", "--validate", "--output-file", str(file), str(LOCK)],
        check=True, capture_output=True,
    )  # fmt: skip
    told = json.loads(file.read_text("utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    found = {(part["name"], part["version"]) for part in told["components"]}
    locked = re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK.read_text("utf-8"), re.MULTILINE)
    assert len(locked) > 50
    assert found == set(locked)
    assert all(part["purl"].startswith("pkg:pypi/") for part in told["components"])


def test_no_secret_is_in_a_file() -> None:
    """By forms that cannot be mistaken; `./run audit` looks for what only seems random too."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout.split(b"\0")
    found = []
    for name in names[:-1]:
        path = ROOT / name.decode()
        content = path.read_bytes() if path.is_file() else b""
        found += [(name.decode(), what) for what, form in SECRETS.items() if form.search(content)]
    assert len(names) > 1000
    assert dict(found) == MADE_UP


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_would_be_found(what: str) -> None:
    forms = {
        "a private key": b"-----BEGIN PRIVATE" + b" KEY-----\n" + b"A" * 64,
        "a key of AWS": b"AKIA" + b"Q" * 16,
        "a token of GitHub": b"ghp_" + b"a" * 36,
        "a token of GitLab": b"glpat-" + b"a" * 20,
        "a token of Slack": b"xoxb-" + b"1" * 24,
        "a token of PyPI": b"pypi-AgEIcHlwaS5vcmc" + b"a" * 60,
        "a token of ours": b"cinv_" + b"a" * 43,
    }
    assert SECRETS[what].search(b"x = '" + forms[what] + b"'")
