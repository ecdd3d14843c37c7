"""What can be called, set or answered is documented."""

from pathlib import Path

import click
import pytest

from customer_inventory.api.routes import ROUTES
from customer_inventory.cli.root import cinv
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.check import Check
from customer_inventory.shortcomings.every import EVERY
from customer_inventory.tmf.apis import APIS
from customer_inventory.web.failure import STATUS

DOCS = Path(__file__).parents[2] / "docs"


def commands(group: click.Group, before: str) -> list[str]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        path = f"{before} {name}"
        found += commands(command, path) if isinstance(command, click.Group) else [path]
    return found


def test_every_command_is_documented() -> None:
    text = (DOCS / "reference" / "cli.md").read_text("utf-8")
    documented = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `cinv")]
    assert sorted(documented) == sorted(commands(cinv, "cinv"))


def test_every_setting_is_documented() -> None:
    text = (DOCS / "reference" / "settings.md").read_text("utf-8")
    for spec in Settings.__dataclass_fields__.values():
        assert f"| `{spec.metadata['env']}` |" in text


def test_every_check_is_documented() -> None:
    text = (DOCS / "reference" / "checks.md").read_text("utf-8")
    told = [line for line in text.splitlines() if line.startswith("| `")]
    assert told == [_told(check) for check in EVERY]


def _told(check: Check) -> str:
    critical = "none" if check.critical is None else _number(check.critical)
    floor = f"{_number(check.floor)} {check.floor_unit}" if check.floor_unit else "none"
    days = max(check.least_days, check.history_days)
    return (
        f"| `{check.id}` | {check.title} | {check.unit} | {_number(check.warn)} | {critical}"
        f" | {floor} | {_number(days) if days >= 1 else 'none'} |"
    )


def _number(value: float) -> str:
    return f"{value:,.10g}"


def test_every_status_is_documented() -> None:
    text = (DOCS / "reference" / "errors.md").read_text("utf-8")
    for status in {*STATUS.values()} - {500}:
        assert str(status) in text


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.number)
def test_every_api_is_documented(api) -> None:
    text = (DOCS / "reference" / "apis.md").read_text("utf-8")
    assert all(f"`{base}`" in text for base in api.bases)
    assert all(f"`{name}`" in text for name in api.resources)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_of_the_management_api_is_documented(route) -> None:
    text = (DOCS / "reference" / "apis.md").read_text("utf-8")
    assert f"`{route.method} {route.path}`" in text


def test_every_decision_is_listed() -> None:
    listed = (DOCS / "adr" / "README.md").read_text("utf-8")
    pages = [path.name for path in (DOCS / "adr").glob("0*.md")]
    assert [page for page in pages if f"({page})" not in listed] == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (DOCS.parent / "mkdocs.yml").read_text("utf-8")
    pages = [str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")]
    assert [page for page in pages if page not in navigation] == []
