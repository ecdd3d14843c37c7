"""Month reports are delivered to those who get them: once, whole, and told."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import load_workbook

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Unavailable
from customer_inventory.kit.located import FileError
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly import declaring, delivering
from customer_inventory.monthly.declared import Recipient, read
from customer_inventory.monthly.delivering import deliver
from customer_inventory.monthly.keeping import forget, page
from customer_inventory.monthly.kind import NAMES, report
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.assessing import assess
from customer_inventory.store.database import Database
from customer_inventory.usage.metering.hourly import meter
from tests.usage.cost.test_month import BY, MARCH, ledger  # noqa: F401 - a fixture
from tests.usage.ledger import Filled, entry, traffic

RECIPIENTS = """\
recipients:
  - {owner: Controlling, contact: controlling@example.com, forms: [html, xlsx]}
  - {owner: Datenschutz & Recht, report: minimisation, forms: [pdf]}
  - {owner: Sales}
"""


@pytest.fixture
async def filled(ledger: Filled) -> Filled:  # noqa: F811
    await ledger.add(traffic(200, MARCH.start, 31, seed=12))
    await meter(ledger.database)
    await declaring.declare(ledger.database, RECIPIENTS, actor=BY, reason="the tests")
    return ledger


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = str(tmp_path / "reports")
    return Settings(home=tmp_path, reports=folder, public_url="https://inventory.example/")


def files_in(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


async def told(database: Database) -> list[str]:
    rows = await database.fetch(
        "SELECT b.body->>'owner' AS owner, b.body->>'link' AS link FROM record.outbox AS o"
        " JOIN record.bulletin AS b ON b.id = o.id AND b.revision = o.revision"
        " WHERE o.type = 'inventoryReport' ORDER BY owner"
    )
    return [f"{row['owner']} {row['link']}" for row in rows]


async def test_everybody_gets_what_is_declared_once(filled: Filled, settings: Settings) -> None:
    database, folder = filled.database, Path(str(settings.reports))
    made = await deliver(database, settings, MARCH, actor=BY)
    assert {(each.owner, each.report) for each in made} == {
        ("Controlling", "inventory"),
        ("Datenschutz & Recht", "minimisation"),
        ("Sales", "inventory"),
    }
    files = files_in(folder)
    assert files == [
        "2026-03/controlling/inventory-2026-03.html",
        "2026-03/controlling/inventory-2026-03.xlsx",
        "2026-03/datenschutz---recht/minimisation-2026-03.pdf",
        "2026-03/sales/inventory-2026-03.html",
    ]
    page_of = (folder / files[0]).read_text("utf-8")
    for part in ("What to do", "Cost", "Quality", "Use", "Access", "Service", "Shortcomings"):
        assert f">{part}</h2>" in page_of
    assert "10,411.60 EUR" in page_of
    assert "Nobody has assessed the repository yet" in page_of
    book = load_workbook(folder / files[1])
    assert {"Report", "What to do", "Cost by process", "Use by process"} <= set(book.sheet_names)

    before = {file: (folder / file).stat().st_mtime_ns for file in files}
    assert await deliver(database, settings, MARCH, actor=BY) == []
    assert {file: (folder / file).stat().st_mtime_ns for file in files} == before
    rows = await database.fetch("SELECT files, sha256 FROM monthly.delivery")
    assert len(rows) == 3
    for row in rows:
        hashes = [hashlib.sha256((folder / file).read_bytes()).digest() for file in row["files"]]
        assert hashes == list(row["sha256"])
    base = "https://inventory.example/inventory/v1/report"
    assert await told(database) == [
        f"Controlling {base}/inventory?month=2026-03&form=html",
        f"Datenschutz & Recht {base}/minimisation?month=2026-03&form=pdf",
        f"Sales {base}/inventory?month=2026-03&form=html",
    ]
    entries = await database.fetch(
        "SELECT s.body::text AS body FROM access.segment AS s WHERE s.body::text LIKE $1",
        "%inventoryReport%",
    )
    assert len(entries) >= 1


async def test_what_is_wrong_with_the_repository_is_in_it(
    filled: Filled, settings: Settings
) -> None:
    await filled.database.execute("CREATE SEQUENCE public.numbers AS smallint")
    await filled.database.execute("SELECT setval('public.numbers', 32000)")
    await page(filled.database, "inventory", MARCH, "html")
    await held.keep(filled.database, await assess(filled.database), actor=BY)
    page_of = (await page(filled.database, "inventory", MARCH, "html")).decode()
    assert "public.numbers" in page_of
    assert "Widen the column to bigint" in page_of


async def test_who_is_declared_later_gets_it_and_others_not_again(
    filled: Filled, settings: Settings
) -> None:
    await deliver(filled.database, settings, MARCH, actor=BY)
    more = RECIPIENTS + "  - {owner: Audit, report: quality}\n"
    await declaring.declare(filled.database, more, actor=BY, reason="one more")
    made = await deliver(filled.database, settings, MARCH, actor=BY)
    assert [(each.owner, each.report) for each in made] == [("Audit", "quality")]


async def test_a_file_that_was_lost_or_altered_is_written_again(
    filled: Filled, settings: Settings
) -> None:
    await deliver(filled.database, settings, MARCH, actor=BY)
    folder = Path(str(settings.reports)) / "2026-03"
    (folder / "sales" / "inventory-2026-03.html").write_text("something else")
    made = await deliver(filled.database, settings, MARCH, actor=BY)
    assert [each.owner for each in made] == ["Sales"]
    assert "something else" not in (folder / "sales" / "inventory-2026-03.html").read_text("utf-8")
    assert len(await delivering.deliveries(filled.database)) == 3


async def test_what_cannot_be_written_is_not_kept_as_delivered(
    filled: Filled, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be written"):
        await deliver(filled.database, settings, MARCH, actor=BY)
    assert await delivering.deliveries(filled.database) == []
    assert await told(filled.database) == []
    (tmp_path / "reports").unlink()
    assert len(await deliver(filled.database, settings, MARCH, actor=BY)) == 3


async def test_a_month_is_delivered_when_it_is_over_and_there_is_where_to(
    filled: Filled, settings: Settings
) -> None:
    with pytest.raises(delivering.NotOver, match="is not over"):
        await deliver(filled.database, settings, Month.of(now()), actor=BY)
    with pytest.raises(delivering.NowhereTo, match="no folder"):
        await deliver(filled.database, replace(settings, reports=None), MARCH, actor=BY)


async def test_a_report_is_kept_until_what_it_is_made_of_is_another(filled: Filled) -> None:
    database = filled.database
    first = await page(database, "usage", MARCH, "html")
    assert await page(database, "usage", MARCH, "html") == first
    count = "SELECT count(*) FROM monthly.page"
    assert await database.value(count) == 1
    await filled.add([entry(MARCH.start, "newcomer")])
    await meter(database)
    second = await page(database, "usage", MARCH, "html")
    assert b"newcomer" in second
    assert b"newcomer" not in first
    assert await database.value(count) == 1
    await database.execute("UPDATE monthly.page SET made_at = made_at - interval '50 days'")
    await forget(database)
    assert await database.value(count) == 0


@pytest.mark.parametrize("name", NAMES)
async def test_every_report_is_made_of_an_empty_inventory(database: Database, name: str) -> None:
    if name == "cost":
        return
    assert (await report(database, name, MARCH)).sections


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("recipients: [{report: usage}]", "owner"),
        ("recipients: [{owner: A, report: usages}]", "usages is no report. Is usage meant?"),
        ("recipients: [{owner: A, forms: [doc]}]", "doc is no form"),
        ("recipients: [{owner: A, forms: []}]", "names no form"),
        ("recipients: [{owner: '../..'}]", "needs letters"),
        (
            "recipients: [{owner: A}, {owner: a}]",
            "the second that gets this report: the first is on line 1",
        ),
        ("recipient: []", "recipient"),
    ],
)
def test_a_file_that_is_wrong_is_told_where(said: str, wrong: str) -> None:
    with pytest.raises(FileError, match=wrong.replace("(", r"\(")):
        read(said)


def test_folders_of_owners_are_names_and_no_paths() -> None:
    assert Recipient("A/B ../c", "usage", ("html",), None).folder == "a-b----c"
