"""The register is written into the folder of reports, in every form."""

from pathlib import Path

import pytest

from customer_inventory.background.handing_over import register_task
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.settings import Settings
from tests.facilities.backup.conftest import BY
from tests.shortcomings.test_handover import SEQUENCE, Planted, planted

__all__ = ["planted"]


async def test_the_register_is_written_in_every_form(planted: Planted, tmp_path: Path) -> None:
    ticket = await planted.raised(SEQUENCE)
    settings = Settings(home=tmp_path, reports=str(tmp_path / "reports"))
    figures = await register_task(planted.database, settings)(BY)
    assert (figures["tickets"], figures["files"]) == (1, len(FORMS))
    assert figures["open"] >= 3
    folder = tmp_path / "reports" / "shortcomings"
    names = {f"shortcomings-{now():%Y-%m-%d}.{form}" for form in FORMS}
    assert {file.name for file in folder.iterdir()} == names
    for form, mark in (("csv", b""), ("pdf", b"%PDF-"), ("xlsx", b"PK"), ("html", b"<!")):
        content = (folder / f"shortcomings-{now():%Y-%m-%d}.{form}").read_bytes()
        assert content.startswith(mark)
    assert ticket in (folder / f"shortcomings-{now():%Y-%m-%d}.csv").read_text("utf-8-sig")


async def test_without_a_folder_it_is_written_nowhere(planted: Planted, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        await register_task(planted.database, Settings(home=tmp_path))(BY)
