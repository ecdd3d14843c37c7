"""Nothing is undocumented: what the code declares is in the reference, page by page."""

import re

import msgspec
import pytest

pytest.importorskip("mkdocs", reason="the extra `docs` is not installed")

from customer_inventory.cli.root import cinv
from customer_inventory.described import openapi_document, postman
from customer_inventory.requirements.starter.shipped import shipped
from customer_inventory.tmf.apis import APIS
from tests.conftest import Service
from tests.docs.made import reference
from tests.docs.page import DOCS
from tests.house.test_docs import commands

PAGES = {place: make() for place, make in reference.PAGES.items()}


def test_every_command_is_told_with_its_options() -> None:
    page = PAGES["reference/commands.md"]
    titles = re.findall(r"^## (cinv .*)$", page, re.MULTILINE)
    assert titles == sorted(commands(cinv, "cinv"))
    for name, command in reference.commands(cinv):
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert all(
            option in section
            for each in command.params
            for option in each.opts[:1]
            if "-" in option
        )


async def test_every_figure_that_a_service_gives_is_told(service: Service) -> None:
    token = await service.token_for("monitoring", "usage:read")
    answer = await service.client.get(
        "/inventory/v1/metrics", headers={"Authorization": f"Bearer {token}"}
    )
    given = {*re.findall(r"^# TYPE (cinv_\w+)", answer.text, re.MULTILINE)}
    assert given
    told = {metric.name for metric in reference.metrics()}
    assert given <= told
    assert all(f"`{name}`" in PAGES["reference/metrics.md"] for name in told)
    written = re.findall(r"`(cinv_\w+)`", (DOCS / "how-to" / "monitor.md").read_text("utf-8"))
    assert {*written} <= told


def test_every_requirement_that_ships_is_told() -> None:
    rows = [
        line
        for line in PAGES["reference/requirements.md"].splitlines()
        if line.startswith("| REQ-")
    ]
    assert [row.split(" | ")[0] for row in rows] == [f"| {each.id}" for each in shipped()]


def test_every_code_of_the_documents_is_a_code() -> None:
    codes = {each.code: each for each in reference.error_codes()}
    written = (DOCS / "reference" / "errors.md").read_text("utf-8")
    rows = [line.split("|") for line in written.splitlines() if re.match(r"\| \d{3}", line)]
    for _, status, names, *_ in rows:
        for name in re.findall(r"`(\w+)`", names):
            if name != "error":
                assert {*map(int, status.split(","))} & {*codes[name].status}, name


def test_every_event_type_that_is_written_is_one() -> None:
    types = {name for those in reference.event_types().values() for name in those}
    written = {
        *re.findall(r"\b([A-Z]\w+Event)\b", (DOCS / "reference" / "events.md").read_text("utf-8"))
    }
    assert written <= types


def test_the_collection_has_every_operation() -> None:
    document = openapi_document("https://inventory.example", 1000)
    collection = postman(document)
    items = [item for folder in collection["item"] for item in folder["item"]]
    methods = ("get", "post", "patch", "delete")
    served = [
        (path, each) for path, told in document["paths"].items() for each in methods if each in told
    ]
    assert len(items) == len(served)
    made = {(each["request"]["method"], each["request"]["url"]["raw"]) for each in items}
    for path, method in served:
        there = re.sub(r"\{(\w+)\}", r":\1", path)
        assert (method.upper(), f"{{{{baseUrl}}}}{there}") in made
    bodies = [
        each["request"]["body"] for each in items if each["request"].get("body", {}).get("raw")
    ]
    assert all(msgspec.json.decode(body["raw"]) is not None for body in bodies)
    assert len(bodies) > len(APIS)
