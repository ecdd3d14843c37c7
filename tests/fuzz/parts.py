"""The parts of the served OpenAPI document that are fuzzed, each by itself, and how."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ignored_auth",
)
"""What must hold of every answer.

Left out is what the product does not promise: that it refuses all that a schema does not allow
(undeclared attributes are kept) and takes all that one does (a period that ends before it begins).
"""
PHASES = ("coverage", "fuzzing", "stateful")
PROGRAM = Path(sys.executable).with_name("schemathesis")
OAUTH = "oauth2"


class Part(NamedTuple):
    """Paths that begin alike: an API in one version, or a room's own."""

    name: str
    pattern: str
    operations: int


def parts_of(document: dict[str, Any]) -> list[Part]:
    """Return the parts of an OpenAPI document, by name: every path is in exactly one."""
    found: dict[str, list[str]] = {}
    for path in document["paths"]:
        found.setdefault(_beginning(path), []).append(path)
    return [
        Part(
            name,
            f"^({'|'.join(re.escape(path) for path in paths)})$",
            sum(len(document["paths"][path].keys() - {"parameters"}) for path in paths),
        )
        for name, paths in sorted(found.items())
    ]


def whole(document: dict[str, Any]) -> list[Part]:
    """Return two parts: what asks for a bearer token, and what clients ask one of."""
    parts = parts_of(document)
    oauth = [part for part in parts if part.name == OAUTH]
    guarded = [part for part in parts if part.name != OAUTH]
    pattern = "|".join(part.pattern for part in guarded)
    return [Part("whole", pattern, sum(part.operations for part in guarded)), *oauth]


def _beginning(path: str) -> str:
    first, *more = path.strip("/").split("/")
    if first == "tmf-api":
        return "/".join(more[:2])
    return f"{first}/{more[0]}" if first == "inventory" else OAUTH


def ids_for(facts: Mapping[str, Any], template: str, name: str) -> list[str]:
    """Return the ids that make sense for the parameter `name` of a path (see `known.known`)."""
    ids: Mapping[str, list[str]] = facts["ids"]
    if name == "type":
        return list(facts["records"])
    for segment in reversed(template.split("/")):
        if segment in ids:
            return ids[segment]
    return ids["customer"]


def command(
    part: Part,
    base: str,
    authorization: str,
    *,
    seconds: int,
    seed: int,
    phases: Iterable[str] = PHASES,
    more: Sequence[str] = (),
) -> list[str]:
    """Return the command line that fuzzes `part` of the document at `base` for `seconds`."""
    options = {
        "include-path-regex": part.pattern,
        "checks": ",".join(CHECKS),
        "phases": ",".join(phases),
        "mode": "all",
        "seed": seed,
        "max-time": seconds,
        "header": f"Authorization: {authorization}",
        "generation-database": "none",
        "suppress-health-check": "all",
        "request-timeout": 60,
        "warnings": "off",
    }
    return [
        str(PROGRAM),
        "run",
        f"{base}/openapi.json",
        *(f"--{name}={value}" for name, value in options.items()),
        "--continue-on-failure",
        "--no-color",
        *more,
    ]
