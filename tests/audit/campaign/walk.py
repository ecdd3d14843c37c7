"""A campaign walked from plan to certificate, by whatever door."""

from collections.abc import Mapping
from typing import Any, Protocol

AUDITORS = ("ada", "grace")
PEOPLE = (*AUDITORS, "edith", "frances", "runner")
"""Edith decides between readings, Frances corrects; somebody runs the campaign."""
WRONG = "Bryon"
"""The family name of those whose record is wrong; RIGHT is what the contract says."""
RIGHT = "Byron"
DECLARED: Mapping[str, Any] = {
    "name": "Names, spring",
    "owner": "the data office",
    "type": "individual",
    "filter": "gender=female",
    "element": ["familyName", "givenName"],
    "comparedWith": "contractScan",
    "level": "5%",
    "ratio": "5",
    "seed": "spring 2026",
    "secondShare": "100%",
    "auditor": list(AUDITORS),
}


class Door(Protocol):
    """What a campaign is walked through: each step as an auditor or who runs it does it."""

    def new(self, declared: Mapping[str, Any]) -> str: ...
    def step(self, campaign: str, step: str, **said: Any) -> None: ...
    def next(self, campaign: str, auditor: str) -> dict[str, Any] | None: ...
    def record(self, campaign: str, item: int, auditor: str, said: dict[str, Any]) -> str: ...
    def adjudicate(self, campaign: str, item: int, person: str, said: dict[str, Any]) -> str: ...
    def correct(self, campaign: str, item: int, person: str) -> None: ...
    def items(self, campaign: str) -> list[dict[str, Any]]: ...
    def certificate(self, campaign: str) -> dict[str, Any]: ...


def judged(task: Mapping[str, Any], *, careless: bool = False) -> dict[str, Any]:
    """Return what an auditor says of a task; a careless one does not see what differs."""
    is_wrong = task["element"]["familyName"] == WRONG and not careless
    name = {"verdict": "differs", "value": RIGHT} if is_wrong else {"verdict": "agrees"}
    return {
        "verdict": {"familyName": name, "givenName": {"verdict": "agrees"}},
        "evidence": {"kind": "contractScan", "reference": f"contract of {task['recordId']}"},
    }


def walked(door: Door) -> dict[str, Any]:
    """Walk a campaign; return its certificate."""
    campaign = door.new(DECLARED)
    door.step(campaign, "sample")
    door.step(campaign, "assign")
    first = door.next(campaign, "ada")
    assert first is not None
    door.step(campaign, "pause", reason="lunch")
    door.step(campaign, "resume")
    for auditor in AUDITORS:
        while task := door.next(campaign, auditor):
            # Grace overlooks what differs, and all is read twice: about those that differ, whatever
            # is drawn, she and Ada do not agree.
            said = judged(task, careless=auditor == "grace")
            door.record(campaign, task["item"], auditor, said)
    for each in door.items(campaign):
        if each["state"] == "disputed":
            door.adjudicate(campaign, each["item"], "edith", judged_right(each))
    for each in door.items(campaign):
        if each.get("outcome") == "nonconforming":
            door.correct(campaign, each["item"], "frances")
    door.step(campaign, "close")
    return door.certificate(campaign)


def judged_right(item: Mapping[str, Any]) -> dict[str, Any]:
    return judged({"element": {"familyName": WRONG}, "recordId": item["recordId"]})


def comparable(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a certificate does not depend on when and for which campaign it was made."""
    told = {name: certificate[name] for name in (
        "plan", "result", "words", "stratum", "element", "secondReading",
    )}  # fmt: skip
    campaign = dict(certificate["campaign"])
    del campaign["id"], campaign["sampledAt"]
    return {**told, "campaign": campaign}
