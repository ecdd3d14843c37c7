"""A draft of what a process would be permitted, as a file says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from customer_inventory.access.guard import Session, session_of
from customer_inventory.access.heeding import Heeded
from customer_inventory.access.registration import Permission, by_type_and_purpose, terms_by_type
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid

_LARGEST = 1_048_576
_HINT = "A draft has process, purpose and permissions: by record type, operations and terms."


@dataclass(frozen=True, slots=True)
class Draft:
    """What `process` would be permitted for `purpose`."""

    process: str
    purpose: str
    permissions: tuple[Permission, ...]

    def session(
        self,
        heeds: Heeded = Heeded(),  # noqa: B008 - it never changes
        *,
        is_spread: bool = False,
    ) -> Session:
        """Return the session that a token would have under the draft."""
        operations = {
            kind: frozenset(words)
            for (kind, _), words in by_type_and_purpose(self.permissions).items()
        }
        return session_of(
            Actor(self.process, self.purpose),
            datetime.max.replace(tzinfo=UTC),
            operations,
            terms_by_type(self.permissions),
            rules=dict.fromkeys(operations, "draft"),
            heeds=heeds,
            is_spread=is_spread,
        )


def read_draft(file: Path) -> Draft:
    """Return the draft in a YAML file; raise Invalid, saying where, for anything that is none."""
    try:
        if file.stat().st_size > _LARGEST:
            raise Invalid(f"{file} is larger than a draft can be.", hint=_HINT)
        said = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise Invalid(f"{file} cannot be read: {error}.", hint=_HINT) from error
    return draft_of(said)


def draft_of(said: Any) -> Draft:
    """Return the draft that parsed YAML says; raise Invalid for anything that is none."""
    if not isinstance(said, Mapping) or said.keys() != {"process", "purpose", "permissions"}:
        raise Invalid("This is no draft.", hint=_HINT)
    process, purpose, permissions = said["process"], said["purpose"], said["permissions"]
    if not isinstance(process, str) or not isinstance(purpose, str):
        raise Invalid("Process and purpose are words.", hint=_HINT)
    if not isinstance(permissions, Mapping) or not permissions:
        raise Invalid("is empty.", path="permissions", hint=_HINT)
    draft = Draft(
        process,
        purpose,
        tuple(_permission(str(kind), each, purpose) for kind, each in permissions.items()),
    )
    draft.session()
    return draft


def _permission(record_type: str, said: Any, purpose: str) -> Permission:
    path = f"permissions.{record_type}"
    operations, terms = said, dict[str, Any]()
    if isinstance(said, Mapping):
        if not said.keys() <= {"operations", "terms"}:
            raise Invalid("knows operations and terms alone.", path=path, hint=_HINT)
        operations, terms = said.get("operations"), said.get("terms") or {}
    if not isinstance(operations, list) or not all(isinstance(word, str) for word in operations):
        raise Invalid("lists no operations.", path=path, hint="Write customer: [read, update].")
    parsed = Permission.parse(f"{record_type}:{','.join(operations)}", purpose)
    return Permission(parsed.record_type, parsed.operations, purpose, terms)
