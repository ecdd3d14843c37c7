"""A subject's package put together: the files of all holders, the page, the manifest.

GDPR articles 15 (access) and 20 (portability). It is read record by record, not in one transaction:
each version tells since when it holds. The same state makes the same files; only the manifest,
which says when and by whom the package was made, differs.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.retention.policy import Policy, spoken
from customer_inventory.record.subject.belonging import belongings, documents
from customer_inventory.record.subject.holder import Holders
from customer_inventory.record.subject.package.archive import zipped
from customer_inventory.record.subject.package.file import File, Subject, Table, whole
from customer_inventory.record.subject.package.page import page, words
from customer_inventory.record.subject.package.records import readings
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database

_AT_ONCE = 200
MEDIA_TYPE = "application/zip"

WITHHELD = {
    "names of other people": "they are theirs; they are told by ids alone",
    "staff": "who worked for the enterprise is not told, only the process they worked in",
    "legal holds": "to tell of one may defeat its purpose",
}
"""What is handed over to no subject, whichever room holds it."""


class Packer:
    """Makes packages of subjects of one database, from what the holders of all rooms hand over."""

    def __init__(self, database: Database, holders: Holders, policy: Policy | None = None) -> None:
        self._database = database
        self._policy = policy
        self._holders = holders

    async def subject(self, identifier: str) -> Subject:
        """Return whose package that of `identifier` is, and of what; raise NoSuchSubject."""
        found = await belongings(self._database, identifier)
        joint: dict[str, str] = {}
        named = sorted(found.shared)
        for start in range(0, len(named), _AT_ONCE):
            some = {i: found.shared[i] for i in named[start : start + _AT_ONCE]}
            for i, (kind, body) in (await documents(self._database, some)).items():
                if any(each in found.own for each in TYPES[kind].subjects_of(parse_object(body))):
                    joint[i] = kind
        others = {i: kind for i, kind in found.shared.items() if i not in joint}
        return Subject(found.subject_id, found.own, joint, others)

    def package(
        self, subject: Subject, *, actor: Actor, reason: str | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the package of `subject` as a zip archive, in parts."""
        return zipped(self._files(subject, actor, reason))

    async def _files(
        self, subject: Subject, actor: Actor, reason: str | None
    ) -> AsyncIterator[File]:
        listed: list[dict[str, Any]] = []
        tables: list[Table] = []
        async for file in self._handed(subject):
            yield _counted(file, listed)
            if file.table is not None:
                tables.append(file.table())
        tables.append(_kept(subject, self._policy))
        seen = readings(self._database, subject)
        text = page(subject, seen, tables, WITHHELD)
        yield _counted(File("index.html", text, "text/html"), listed)
        yield File("manifest.json", whole(encode(_manifest(subject, actor, reason, listed))))

    async def _handed(self, subject: Subject) -> AsyncIterator[File]:
        for holder in self._holders.holders:
            if holder.hand is not None:
                async for file in holder.hand(self._database, subject):
                    yield file


def _counted(file: File, listed: list[dict[str, Any]]) -> File:
    """Return `file` such that it is listed, with size and checksum, once it is through."""

    async def content() -> AsyncIterator[bytes]:
        digest, size = hashlib.sha256(), 0
        async for part in file.content:
            digest.update(part)
            size += len(part)
            yield part
        listed.append(
            {
                "path": file.path,
                "mediaType": file.media_type,
                "size": size,
                "sha256": digest.hexdigest(),
            }
        )

    return File(file.path, content(), file.media_type)


def _kept(subject: Subject, policy: Policy | None) -> Table:
    """Return how long what is held is kept (GDPR article 15(1)(d))."""
    rules = {
        kind: rule
        for kind in sorted(set(subject.ids.values()))
        if policy and (rule := policy.of(TYPES[kind]))
    }
    return Table(
        "How long it is kept",
        "How long after their end records must be kept, and when they must be gone.",
        ("Kind", "Must be kept", "Must be gone after", "Counted from the", "Source"),
        [
            [
                words(kind),
                spoken(rule.minimum),
                spoken(rule.maximum),
                words(rule.counts_from).lower(),
                rule.source,
            ]
            for kind, rule in rules.items()
        ],
        "No time is set: it is kept until it is removed.",
    )


def _manifest(
    subject: Subject, actor: Actor, reason: str | None, files: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "@type": "SubjectPackage",
        "subjectId": subject.id,
        "createdAt": now(),
        "process": actor.process,
        "purpose": actor.purpose,
        "reason": reason,
        "own": len(subject.own),
        "joint": len(subject.joint),
        "withheld": WITHHELD,
        "file": list(files),
    }
