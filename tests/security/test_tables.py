"""The tables of security: no empty cell, no test that is not there; readers see the same."""

import re

import pytest

from customer_inventory.cli.root import cinv
from tests.security import api_risks, asvs
from tests.security.rows import ROOT, Row, wrong

SECURITY = ROOT / "docs" / "security"
THREATS = SECURITY / "threat-model.md"
GUIDE = SECURITY / "hardening.md"
LAST = {  # how many requirements each section of ASVS 5.0 has, up to its last of level 1 or 2
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


@pytest.mark.parametrize("row", [*asvs.ROWS, *api_risks.ROWS], ids=lambda row: row.number)
def test_a_line_is_whole_and_its_tests_are_there(row: Row) -> None:
    assert wrong(row) == []


def test_every_requirement_of_the_standard_has_its_line() -> None:
    told = [number for row in asvs.ROWS for number in _numbers(row.number)]
    wanted = {f"{section}.{n}" for section, last in LAST.items() for n in range(1, last + 1)}
    assert sorted(told) == sorted(wanted)
    assert [row.number for row in api_risks.ROWS] == [f"API{n}" for n in range(1, 11)]


def _numbers(text: str) -> list[str]:
    found = []
    for part in text.split(", "):
        first, _, last = part.partition("-")
        section, _, start = first.rpartition(".")
        stop = (last or first).rpartition(".")[2]
        found += [f"{section}.{n}" for n in range(int(start), int(stop) + 1)]
    return found


@pytest.mark.parametrize("module", [asvs, api_risks], ids=("asvs", "api_risks"))
def test_readers_see_the_same(module) -> None:
    assert module.PAGE.read_text("utf-8") == module.page()


def test_every_door_is_told() -> None:
    """Each door of the house, and each group of commands, is in the page of threats."""
    text = THREATS.read_text("utf-8")
    layers = re.search(
        r"layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.DOTALL
    )
    assert layers is not None
    for door in ("tmf", "api", "console", "cli", "background"):
        assert f'"{door}' in layers[1] or f"| {door}" in layers[1]
        assert f"`{door}`" in text
    for word in ("CINV_CALLBACK_ALLOW", "CINV_BROKER_URL", "CINV_TICKET_URL", "CINV_S3_ENDPOINT",
                 "OTEL_EXPORTER_OTLP_ENDPOINT", "CINV_ALERTMANAGER_URL"):  # fmt: skip
        assert word in text
    assert cinv.name


def test_every_key_is_told() -> None:
    text = GUIDE.read_text("utf-8")
    keys = set(re.findall(r"`(\w+\.(?:key|pem))`", text))
    source = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "src/customer_inventory").rglob("*.py")
    )
    assert keys == {*re.findall(r'\bkept\(home, "([^"]+)"', source), "backup.key"}


@pytest.mark.parametrize("word", ["15 minutes", "eight hours", "second factor", "provider",
                                  "personal token", "any number"])  # fmt: skip
def test_ways_to_sign_in_are_told(word: str) -> None:
    assert word in THREATS.read_text("utf-8")


@pytest.mark.parametrize(
    "word", ["access ledger", "service log", "outbox", "strangers", "PostgreSQL"]
)
def test_every_log_is_told(word: str) -> None:
    logs = THREATS.read_text("utf-8").partition("## What is logged")[2]
    assert word in logs


@pytest.mark.parametrize(
    "word",
    ["TLS", "sslmode=verify-full", "host name of its own", "malware", "CINV_HOST", "umask", "clock",
     "syslog"],
)  # fmt: skip
def test_the_guide_tells_of_what_is_left_to_operators(word: str) -> None:
    assert word in GUIDE.read_text("utf-8")


def test_the_policy_tells_how_soon() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "within seven days" in text
    assert "./run audit" in text
