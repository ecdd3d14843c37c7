"""What the official documents have and we do not hold to, each with the reason. Keep it short."""

STATUSES = {"202"}
"""Every operation is finished when it is answered: nothing is merely accepted."""

OPTIONAL = {
    # Version 5 is demanded of every object; a body that leaves it out means the resource itself.
    "v5": {"*": {"@type"}},
    # The swagger demands both, the conformance kit sends neither: they are given.
    "v4": {"partyInteraction": {"interactionDate", "status"}},
}
"""Mandatory attributes that may be missing, by version and resource (`*`: every one)."""

EVENTS = {
    # A batch tells of what single events tell already.
    "productBatchEvent",
    "productProductBatchEvent",
    # That work on a ticket needs something is known where it is worked on, not where it is kept.
    "troubleTicketInformationRequiredEvent",
    # A ticket that is resolved has another status: TroubleTicketStatusChangeEvent.
    "troubleTicketResolvedEvent",
}
"""Events that are not told."""
