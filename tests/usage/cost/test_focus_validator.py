"""FOCUS 1.2 files, judged by the FinOps Foundation's own validator, where it is installed.

It needs a Python of its own, 3.12 or newer (`pip install focus-validator==2.2.1 'pyarrow<22'`);
`CINV_FOCUS_VALIDATOR` names its program. What it does not check, the sums, `test_focus.py` does.
"""

import asyncio
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from customer_inventory.usage.cost.focus import What, columns, rows
from customer_inventory.usage.cost.focus_file import as_csv
from customer_inventory.usage.cost.statement import Statement
from tests.usage.cost.test_focus import statements  # noqa: F401 - a fixture

PROGRAM = os.environ.get("CINV_FOCUS_VALIDATOR", "")
CRITERIA = (
    "ACCOUNT_NAMING_SUPPORTED", "USAGE_MEASUREMENT_SUPPORTED", "SUB_ACCOUNT_SUPPORTED",
    "RESOURCE_TYPE_ASSIGNMENT_SUPPORTED", "BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED",
    "TAGGING_SUPPORTED",
)  # fmt: skip
PRICED = ("UNIT_PRICING_SUPPORTED", "PUBLIC_PRICE_LIST_SUPPORTED")
ITS_OWN = {"InvoiceId-C-004-C"}
"""One arm of an alternative whose other arm passes: it fails for whatever is in the column."""


async def failures(found: list[Statement], what: What, folder: Path) -> set[str]:
    """The checks that statements fail, but for those that are the validator's own."""
    file, told = folder / "focus.csv", folder / "told.xml"
    file.write_bytes(as_csv(columns("1.2", what), list(rows(found, "1.2", what))))
    criteria = ",".join((*CRITERIA, *PRICED) if what == "charged" else CRITERIA)
    # It looks for its lists beside its packages, and asks nobody outside.
    (packages,) = Path(PROGRAM).parents[1].glob("lib/python3.*/site-packages")
    running = await asyncio.create_subprocess_exec(
        PROGRAM, "--block-download", "--validate-version", "1.2",
        "--applicability-criteria", criteria, "--data-file", str(file),
        "--output-type", "unittest", "--output-destination", str(told), cwd=packages,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await running.wait()
    cases = list(ElementTree.parse(told).getroot().iter("testcase"))
    passed = [each for each in cases if not len(each)]
    assert len(passed) > 150
    failed = {
        str(each.get("name")).split(" ")[0] for each in cases if each.find("failure") is not None
    }
    return failed - ITS_OWN


@pytest.mark.skipif(not PROGRAM, reason="CINV_FOCUS_VALIDATOR does not name the validator")
@pytest.mark.parametrize("what", ["allocated", "charged"])
async def test_the_validator_finds_nothing_but_its_own(
    statements: list[Statement],  # noqa: F811
    what: What,
    tmp_path: Path,
) -> None:
    assert await failures(statements, what, tmp_path) == set()
