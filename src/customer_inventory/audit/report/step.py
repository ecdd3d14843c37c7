"""What to do next: the steps that a quality report names to its reader, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customer_inventory.audit.doubting import Doubted
from customer_inventory.kit.report.model import number, percent

_MOST = 5


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done, why, by whom (empty: not told), and the command that shows more."""

    what: str
    why: str
    who: str = ""
    command: str = ""


def steps(
    breached: Sequence[Mapping[str, Any]],
    broken: int,
    worst: Sequence[Mapping[str, Any]],
    work: Mapping[str, int],
    doubted: Sequence[Doubted],
    *,
    is_measured: bool,
) -> list[Step]:
    """Return what is to be done; `broken` rules could not be asked, and accuracy may be known."""
    found = [_below(each) for each in breached[:_MOST]]
    if len(breached) > _MOST:
        found.append(
            Step(
                f"See to the other {number(len(breached) - _MOST)} rules below what is declared.",
                "They are in the first table of this page.",
            )
        )
    if work.get("overdue"):
        found.append(
            Step(
                f"Settle the {number(work['overdue'])} findings that are past their day, or accept"
                " them for a time with a reason.",
                "Each finding has a day by which it is to be corrected.",
                command="cinv audit findings --overdue",
            )
        )
    if broken:
        found.append(
            Step(
                f"Have {_rules(broken)} mended that could not be asked.",
                "Of what they look for nothing is known: neither that it is right nor that it is"
                " wrong.",
                "Whoever keeps the requirements",
                "cinv audit runs",
            )
        )
    found += [_doubted(each) for each in doubted[:_MOST]]
    if worst and not breached:
        found.append(
            Step(
                f"Look at what fails most: {worst[0]['what']}.",
                f"{number(worst[0]['row']['failed'])} records. No share is declared that must"
                " pass: declare one, if it matters.",
                worst[0]["who"],
                f"cinv audit findings --rule {worst[0]['row']['rule']}",
            )
        )
    if not is_measured:
        found.append(
            Step(
                "Find out whether it is true: compare with the system it came from, or let people"
                " compare a sample with contracts and customers.",
                "Rules see form and sense. A wrong name that looks like a name passes all of them.",
                "The owner of the data, with whoever runs the source",
                "cinv capture reconcile run, or cinv audit campaign new",
            )
        )
    return found


def _doubted(each: Doubted) -> Step:
    return Step(
        f"Mend the rule: {each.name}.",
        f"{number(each.false_alarms)} of its {number(each.findings)} findings were false alarms."
        " What the requirement demands is not what is meant: change it, and all is asked anew.",
        each.owner or "Whoever keeps the requirements",
        f"cinv audit findings --rule {each.rule} --state falseAlarm",
    )


def _below(each: Mapping[str, Any]) -> Step:
    row = each["row"]
    if row["failed"] >= row["population"]:
        return Step(
            f"Find out why no record passes: {each['what']}.",
            f"All {number(row['population'])} records ({each['where']}) fail. Then it is not the"
            " records: the source does not bring it, its mapping leaves it out, or the requirement"
            " asks for what nobody needs.",
            each["who"],
            f"cinv audit findings --rule {row['rule']}",
        )
    return Step(
        f"Correct: {each['what']}.",
        f"{number(row['failed'])} of {number(row['population'])} records ({each['where']})."
        f" {_share(each['score'].score)} pass, {_share(row['threshold'])} must.",
        each["who"],
        f"cinv audit findings --rule {row['rule']}",
    )


def _share(share: float | None) -> str:
    return percent(share).replace(" ", "\u00a0")


def _rules(count: int) -> str:
    return "the rule" if count == 1 else f"the {number(count)} rules"
