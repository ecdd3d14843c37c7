"""Who gets which reports of a month, in which forms, as a file declares it."""

from dataclasses import dataclass

from customer_inventory.kit.located import Value, nearest, parse
from customer_inventory.kit.report.form import FORMS
from customer_inventory.monthly.kind import INVENTORY, NAMES

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a report: an owner by name, in these forms; `contact` is told with it."""

    owner: str
    report: str
    forms: tuple[str, ...]
    contact: str | None

    @property
    def folder(self) -> str:
        """The name of the owner's folder: its letters and digits, others as hyphens."""
        return "".join(each if each.isalnum() else "-" for each in self.owner.lower()).strip("-")


def read(text: str) -> tuple[Recipient, ...]:
    """Return whom `text` names; raise FileError with the line of what is wrong."""
    members = parse(text).only("recipients", required=("recipients",))
    found: dict[tuple[str, str], int] = {}
    made = []
    for item in members["recipients"].items():
        one = _recipient(item)
        key = (one.folder, one.report)
        if key in found:
            raise item.wrong(
                f"is the second that gets this report: the first is on line {found[key]}."
            )
        found[key] = item.line
        made.append(one)
    return tuple(made)


def _recipient(item: Value) -> Recipient:
    members = item.only("owner", "report", "forms", "contact", required=("owner",))
    owner = members["owner"].text()
    report = members["report"].text() if "report" in members else INVENTORY
    if report not in NAMES:
        raise members["report"].wrong(f"{report} is no report.{nearest(report, NAMES)}")
    forms = [_form(each) for each in members["forms"].items()] if "forms" in members else ["html"]
    contact = members["contact"].text() if "contact" in members else None
    one = Recipient(owner, report, tuple(dict.fromkeys(forms)), contact)
    if not one.folder or len(owner) > _LONGEST_NAME:
        raise members["owner"].wrong(f"needs letters or digits, {_LONGEST_NAME} at most.")
    if not forms:
        raise members["forms"].wrong("names no form.", f"There are {', '.join(FORMS)}.")
    return one


def _form(value: Value) -> str:
    form = value.text()
    if form not in FORMS:
        raise value.wrong(f"{form} is no form.{nearest(form, FORMS)}")
    return form
