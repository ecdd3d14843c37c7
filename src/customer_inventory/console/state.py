"""Words for states, and the tone in which each is shown: colour and text, never colour alone."""

from collections.abc import Mapping
from typing import Literal

from customer_inventory.console.words import mark

Tone = Literal["good", "bad", "wait", "plain"]

_GOOD = (
    mark("active"), mark("approved"), mark("ok"), mark("done"), mark("completed"), mark("passed"),
    mark("running"), mark("enforced"), mark("verified"), mark("closed"), mark("merged"),
    mark("permit"), mark("succeeded"), mark("loaded"), mark("healthy"), mark("within"),
)  # fmt: skip
_BAD = (
    mark("failed"), mark("refused"), mark("rejected"), mark("deny"), mark("suspended"),
    mark("expired"), mark("revoked"), mark("critical"), mark("overdue"), mark("reopened"),
    mark("aborted"), mark("high"), mark("failing"), mark("outOfControl"), mark("confirmed"),
    mark("over"), mark("problem"),
)  # fmt: skip
_WAITING = (
    mark("open"), mark("proposed"), mark("waiting"), mark("requested"), mark("reviewed"),
    mark("assigned"), mark("paused"), mark("skipped"), mark("raised"), mark("draft"),
    mark("invited"), mark("planned"), mark("medium"), mark("attention"),
    mark("warning"), mark("claimed"), mark("lookedInto"), mark("near"), mark("waits for review"),
    mark("underWay"),
)  # fmt: skip
_PLAIN = (
    mark("retired"), mark("withdrawn"), mark("dropped"), mark("disabled"), mark("cancelled"),
    mark("accepted"), mark("corrected"), mark("low"), mark("inactive"), mark("later"),
    mark("notSame"), mark("obsolete"), mark("superseded"), mark("snoozed"), mark("explained"),
    mark("falseAlarm"),
)  # fmt: skip

TONES: Mapping[str, Tone] = {
    **dict.fromkeys(_GOOD, "good"),
    **dict.fromkeys(_BAD, "bad"),
    **dict.fromkeys(_WAITING, "wait"),
    **dict.fromkeys(_PLAIN, "plain"),
}
"""By word, the tone; a word that is not here is plain, and shown as it is."""
