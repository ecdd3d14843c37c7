"""What a process is shown of the records of a download, as one hash: a file is whole under one.

A file that was made under another scope or other masks than hold now is not given out: it would
show what is shown no more. Who is on a list to which a scope is bound is no part of it.
"""

import hashlib

from customer_inventory.access.download.job import Download
from customer_inventory.access.guard import Session
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.access.scope import SCOPE
from customer_inventory.kit.errors import Refused
from customer_inventory.record.document import encode
from customer_inventory.record.scoping.rule import CUSTOMER

_OF_ATTRIBUTES = ("groups", "masks")


class ShownOtherwise(Refused):
    """What the process is shown was changed since the file was begun."""

    code = "shownOtherwise"

    def __init__(self, download: Download) -> None:
        super().__init__(
            f"What {download.process} is shown of {download.record_type} has changed since.",
            hint="Ask for the download again.",
        )


def shown_to(session: Session, record_type: str) -> bytes:
    """Return the SHA-256 of what `session` is shown of records of a type: scope, masks, purpose."""
    sight, terms = session.sight, session.terms_of(record_type)
    choice = sight.rows.choice
    told = [
        # A rule for customers holds for what hangs on them.
        [session.terms.get(each, {}).get(SCOPE) for each in (EVERY_TYPE, CUSTOMER, record_type)],
        [terms.get(name) for name in _OF_ATTRIBUTES],
        sight.kept_from is not None,
        None if choice is None else repr(choice),
    ]
    return hashlib.sha256(encode(told)).digest()


def demand_same(session: Session, download: Download) -> None:
    """Raise ShownOtherwise unless `session` is shown what it was when the file was begun."""
    if shown_to(session, download.record_type) != download.shown_sha256:
        raise ShownOtherwise(download)
