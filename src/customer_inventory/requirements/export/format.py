"""The forms that an export may have, by name; each is files, by the names they get in a folder."""

from collections.abc import Callable, Mapping
from typing import Any

import yaml

from customer_inventory.record.document import encode
from customer_inventory.requirements.export import dictionary, odcs, privacy, template
from customer_inventory.requirements.export.given import Given
from customer_inventory.requirements.file import written

Files = dict[str, str]


def _yaml(told: Given) -> Files:
    return {f"{name}.yaml": written(name, told.requirements(name)) for name in told.by_type}


def _csv_template(told: Given) -> Files:
    found: Files = {}
    for name in told.by_type:
        found |= template.csv_files(told.types[name], told.requirements(name))
    return found


def _ndjson_template(told: Given) -> Files:
    found: Files = {}
    for name in told.by_type:
        found |= template.ndjson_files(told.types[name], told.requirements(name))
    return found


def _contracts(told: Given) -> Files:
    return {
        f"{name}.odcs.yaml": yaml.safe_dump(
            odcs.contract(told.types[name], versions),
            sort_keys=False,
            allow_unicode=True,
            width=100,
        )
        for name, versions in told.by_type.items()
    }


def _profiles(told: Given) -> Files:
    made = {
        name: privacy.specification(told.types[name], told.requirements(name))
        for name in told.by_type
    }
    return {f"{name}.tmf644.json": _json(each) for name, each in made.items() if each is not None}


def _json(content: Any) -> str:
    return encode(content).decode() + "\n"


FORMATS: Mapping[str, Callable[[Given], Files]] = {
    "yaml": _yaml,
    "csv-template": _csv_template,
    "ndjson-template": _ndjson_template,
    "dictionary": dictionary.page,
    "dictionary-markdown": dictionary.markdown,
    "odcs": _contracts,
    "tmf644": _profiles,
}
"""By name: the files of reviewers, templates of imports, the data dictionary as a page and as
Markdown, data contracts (ODCS), and privacy profile specifications (TMF644)."""
