"""What a certificate says to people: its parts, the same on a page and on paper."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from customer_inventory.audit.campaign.statement import percent
from customer_inventory.kit.report.model import number

_ISO_DATE = 10
"""So many characters of an instant are its date."""
_COMPARED: Mapping[str, str] = {
    "contractScan": "the scanned contract",
    "customerCall": "what customers said when they were called",
    "sourceSystem": "the system that they came from",
    "confirmation": "what customers confirmed",
}
_MEANING: Mapping[str, str] = {
    "notContradicted": (
        "The sample gives no reason to doubt that at most {level} of the records are wrong. It is"
        " no proof: below stands how sure that is."
    ),
    "contradicted": (
        "More records of the sample are wrong than chance would let be if at most {level} of all"
        " were: what was declared does not hold."
    ),
    "undecided": (
        "Of so many records nobody could tell whether they are right that these would decide:"
        " whether at most {level} are wrong stays open."
    ),
}


class Part(NamedTuple):
    """A part: its heading, what it says, and a table (a row of headings first), if any."""

    heading: str
    says: Sequence[str]
    table: Sequence[Sequence[str]] = ()


def parts(told: Mapping[str, Any]) -> Iterator[Part]:
    """Yield the parts of a certificate."""
    level = percent(told["campaign"]["level"])
    yield Part("What it means", [_MEANING[told["result"]["verdict"]].format(level=level)])
    yield Part("What was looked at", list(_looked_at(told)))
    yield Part("What was found", [_found(told["result"])], list(_elements(told)))
    if len(told["stratum"]) > 1:
        yield Part(f"By {told['campaign']['stratifiedBy']}", [], list(_strata(told)))
    yield Part("How sure that is", list(_sure(told)))
    if told["earlier"]:
        yield Part("Earlier campaigns over the same", [], list(_earlier(told)))
    signature = told["signature"]
    by = f"{signature['algorithm']} by the key {signature['key']}"
    yield Part("Signature", [f"SHA-256 {told['sha256']}", by, signature["value"]])


def heading(told: Mapping[str, Any]) -> str:
    """Return whose certificate it is, and of when."""
    campaign = told["campaign"]
    return f"{campaign['name']}, owned by {campaign['owner']}. Issued {_date(told['issuedAt'])}."


def _looked_at(told: Mapping[str, Any]) -> Iterator[str]:
    campaign, result = told["campaign"], told["result"]
    which = f" with {campaign['filter']}" if campaign["filter"] else ""
    gone = result["void"]
    yield (
        f"{number(result['examined'])} of the {number(told['plan']['population'])} records of the"
        f" type {campaign['type']}{which}. They were drawn by the seed {campaign['seed']} on"
        f" {_date(campaign['sampledAt'])}, and compared as they were then with"
        f" {_COMPARED.get(campaign['comparedWith'], campaign['comparedWith'])}."
        + (f" {number(gone)} others could not be: the record was gone." if gone else "")
    )
    yield (
        f"Compared was: {', '.join(campaign['element'])}. A record is nonconforming (wrong) when"
        " any of it is not as it should be."
    )


def _found(result: Mapping[str, Any]) -> str:
    return (
        f"Nonconforming: {number(result['nonconforming'])}. Nobody could tell:"
        f" {number(result['untold'])}. Corrected since: {number(result['corrected'])}. With a"
        f" confidence of {percent(result['interval']['confidence'])}, {_between(result)} of all the"
        " records are nonconforming."
    )


def _elements(told: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield ("Element", "Agrees", "Differs", "Cannot tell")
    for each in told["element"]:
        yield (each["element"], *(str(each[word]) for word in ("agrees", "differs", "cannotTell")))


def _strata(told: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield ("Stratum", "Records", "Wrong", "Of all, between")
    for each in told["stratum"]:
        yield (
            each["stratum"] or "(none)",
            number(each["population"]),
            f"{each['nonconforming']} of {each['examined']}",
            _between(each),
        )


def _earlier(told: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield ("Closed", "Campaign", "Level", "Wrong", "Of all, between")
    for each in told["earlier"]:
        yield (
            _date(each["closedAt"]),
            each["name"],
            percent(each["level"]),
            f"{each['nonconforming']} of {each['examined']}",
            _between(each),
        )


def _sure(told: Mapping[str, Any]) -> Iterator[str]:
    campaign, plan, result = told["campaign"], told["plan"], told["result"]
    yield (
        f"By {plan['standard']}: a sample of {plan['size']} contradicts the declared level of"
        f" {percent(campaign['level'])} when more than {plan['limit']} are nonconforming. The risk"
        f" to contradict it though it is right is {percent(result['risk'])}; the risk to miss that"
        f" it is {float(campaign['ratio']):g} times worse is {percent(result['miss'])}."
    )
    second = told["secondReading"]
    if second:
        agreed = "" if second["kappa"] is None else f" (Cohen's kappa {second['kappa']:.2f})"
        yield (
            f"{second['item']} records were read twice, blind: {second['agreed']} of"
            f" {second['compared']} verdicts agree{agreed}."
        )


def _between(told: Mapping[str, Any]) -> str:
    return f"{percent(told['interval']['low'])} to {percent(told['interval']['high'])}"


def _date(instant: str) -> str:
    return instant[:_ISO_DATE]
