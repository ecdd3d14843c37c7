"""Kinds and severities of anomalies in words, as short as a list needs them."""

from collections.abc import Mapping

from customer_inventory.console.words import mark

KINDS: Mapping[str, str] = {
    "readSpike": mark("far more records read in an hour"),
    "downloadSpike": mark("far more records taken away in a day"),
    "changeSpike": mark("far more records changed in a day"),
    "harvesting": mark("far more different records read in a day"),
    "subjectOften": mark("one record read unusually often"),
    "refusals": mark("far more refused in an hour"),
    "unknownIds": mark("many ids that are not there"),
    "unusualHour": mark("at work at an unusual hour"),
    "newPurpose": mark("a purpose that it never had"),
    "newRecordType": mark("a type that it never touched"),
    "newOperation": mark("an operation that it never did"),
    "newSegment": mark("a segment that it never touched"),
    "newSource": mark("from an address that it never came from"),
    "dormantUse": mark("a purpose that had rested for long"),
    "breakGlass": mark("access opened in an emergency"),
}
BASELINE: Mapping[str, str] = {
    "windows": mark("Hours or days compared"),
    "median": mark("Usual in the middle"),
    "deviation": mark("Usual deviation"),
    "highest": mark("Highest before"),
    "chance": mark("Chance of as much"),
    "days": mark("Days of habit"),
    "hoursWorked": mark("Hours at work"),
    "known": mark("Known before"),
    "daysUnused": mark("Days unused"),
    "longestPauseBefore": mark("Longest pause before"),
    "requests": mark("Requests"),
    "records": mark("Records"),
    "most": mark("At most"),
}
"""What was usual, by its key in the evidence."""
