"""The catalogue of repositories: where facts about customers are held, and who answers for it."""

from typing import Any

from customer_inventory.access.operation import FACILITY, Operation
from customer_inventory.console.facilities.coverage import CONFLICTS, VERDICTS, found
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.facilities.repository import catalogue, file
from customer_inventory.facilities.repository.catalogue import Catalogued
from customer_inventory.facilities.repository.coverage import Coverage, dependants
from customer_inventory.store.database import Row

_ENTRY = "repository"
_PAGE = 100
_COLUMNS = (
    Column("name", mark("Repository"), "code"),
    Column("title", mark("Title"), "name"),
    Column("kind", mark("Kind"), "code"),
    Column("status", mark("State"), "state"),
    Column("owner", mark("Owner"), "name"),
    Column("recordOf", mark("System of record of"), "number"),
    Column("conflicts", mark("Conflicts"), "number"),
    Column("declaredAt", mark("Declared"), "time"),
)
_CONFLICTS = (
    Column("requirement", mark("Requirement"), "code"),
    Column("path", mark("Attribute"), "code"),
    Column("verdict", mark("Verdict")),
    Column("systemOfRecord", mark("System of record"), "name"),
    Column("trusted", mark("Trusted most"), "name"),
)
_ROLES = {
    "systemOfRecord": mark("system of record"),
    "systemOfReference": mark("system of reference"),
    "copy": mark("copy"),
}
_STATES = (mark("retiring"),)


async def find(view: View) -> Shown:
    """Return the repositories by name, each with how much of what is required it is asked for."""
    after, whole = view.query.get("after", ""), await found(view)
    there = await catalogue.repositories(view.rooms.database)
    following = [each for each in there if each.repository.name > after]
    rows = following[:_PAGE]
    listing = Listing(
        _COLUMNS,
        [_row(each, whole) for each in rows],
        view.say("Repositories"),
        rows[-1].repository.name if len(following) > _PAGE else None,
        empty=view.say("No repository is declared."),
        empty_hint=view.say("cinv db repository apply declares them by files."),
    )
    return Shown(listing=listing)


def _row(there: Catalogued, whole: Coverage) -> dict[str, Any]:
    said = there.repository
    return {
        "name": said.name,
        "title": said.title,
        "kind": said.kind,
        "status": said.status,
        "owner": said.owner.organisation,
        "recordOf": sum(said.name in each.records for each in whole.covered),
        "conflicts": len(_conflicting(said.name, whole)),
        "declaredAt": there.declared_at,
        "_href": f"/facilities/repositories/{said.name}",
    }


def _conflicting(name: str, whole: Coverage) -> list[dict[str, Any]]:
    return [
        {
            "requirement": each.requirement.id,
            "path": f"{each.requirement.type} {each.requirement.path}",
            "verdict": each.verdict,
            "systemOfRecord": ", ".join(each.records),
            "trusted": each.trusted,
        }
        for each in whole.covered
        if each.verdict in CONFLICTS and name in (*each.records, each.trusted)
    ]


async def show(view: View) -> Shown:
    """Return a repository: what it holds, what contradicts it, who depends on it, its versions."""
    database, name = view.rooms.database, view.path["name"]
    there = await catalogue.repository(database, name)
    conflicts = _conflicting(name, await found(view))
    content = {
        **file.plain(there.repository),
        "isWithdrawn": there.is_withdrawn,
        "declaredAt": there.declared_at,
        "process": list(await dependants(database, name)),
        "conflict": conflicts,
        "version": [_version(row) for row in await catalogue.versions(database, name)],
    }
    shown = [{**each, "verdict": view.say(VERDICTS[each["verdict"]])} for each in conflicts]
    aside = {
        "repository": there.repository,
        "roles": _ROLES,
        "conflicts": Listing(
            _CONFLICTS,
            shown,
            view.say("What others contradict"),
            empty=view.say("No other repository contradicts it."),
        ),
        "history": [
            {
                "at": each["at"],
                "kind": each["action"],
                "title": each["reason"] or each["action"],
                "who": each["by"],
            }
            for each in content["version"]
        ],
    }
    return Shown(content, aside=aside, title=there.repository.title)


def _version(row: Row) -> dict[str, Any]:
    return {
        "version": row["version"],
        "at": row["at"],
        "action": row["action"],
        "reason": row["reason"],
        "by": row["person"] or row["process"],
    }


SCREENS = (
    Screen(
        "/facilities/repositories", mark("Repositories"), "facilities", Operation.READ, FACILITY,
        find, "facilities/repositories", _ENTRY, is_list=True, navigation=mark("Repositories"),
    ),
    Screen(
        "/facilities/repositories/{name}", mark("Repository"), "facilities", Operation.READ,
        FACILITY, show, "facilities/repository", _ENTRY,
    ),
)  # fmt: skip
