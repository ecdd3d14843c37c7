"""The life of what is permitted, at the terminal: asked, decided, watched, confirmed, ended."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Cinv, asked

GRANT = "access.process_grant"


@pytest.fixture
def office(here: Cinv) -> Cinv:
    """Call `cinv access` where a process, a purpose and the people who decide are registered."""

    def done(*words: str, code: int = 0) -> Any:
        outcome = here("access", *words)
        assert outcome.code == code, (words, outcome.out, outcome.err)
        return outcome.out.strip()

    done("purpose", "add", "care", "--title", "Care", "--legal-basis", "contract")
    for person, capacity in (
        ("rita", "reviewer"),
        ("ada", "dataOwner:customer"),
        ("olga", "breakGlass"),
    ):
        done("person", "add", person, capacity)
    done("register", "crm", "--name", "CRM", "--owner", "Sales")
    return done


def granted(office: Cinv, *allowed: str) -> str:
    """Return a grant in force."""
    words = [word for each in allowed or ("customer:read",) for word in ("--allow", each)]
    grant = str(office("request", "crm", "--purpose", "care", *words, "--reason", "Calls"))
    office("review", grant, "--as", "rita")
    office("approve", grant, "--as", "ada")
    office("activate", grant)
    return grant


def state(office: Cinv, grant: str) -> str:
    (row,) = json.loads(str(office("show", grant, "-o", "json")))
    return str(row["state"])


def permitted(office: Cinv) -> str:
    rows = json.loads(str(office("list", "-o", "json")))
    return next(str(row["permissions"]) for row in rows if row["id"] == "crm")


def findings(here: Cinv) -> list[str]:
    rows = json.loads(here("record", "findings", "-o", "json", "--last", "100").out)
    return sorted(row["kind"] for row in rows)


def aside(dsn: str, table: str, statement: str) -> None:
    """Let time pass: what the law of a table forbids is done with its triggers off."""
    asked(dsn, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    asked(dsn, statement)
    asked(dsn, f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_grant_expires_and_is_warned_of_before(here: Cinv, office: Cinv, dsn: str) -> None:
    grant = granted(office)
    assert permitted(office) == "customer:read for care"
    for left, kinds in (("40 days", 0), ("20 days", 1), ("12 hours", 1)):
        until = f"valid_to = now() + interval '{left}'"
        aside(dsn, GRANT, f"UPDATE {GRANT} SET {until}")
        office("watch")
        assert findings(here).count("access.expiring") == kinds, left
    aside(dsn, GRANT, f"UPDATE {GRANT} SET valid_from = now() - interval '2 days',"
                      " valid_to = now() - interval '1 second'")  # fmt: skip
    office("watch")
    assert state(office, grant) == "expired"
    assert permitted(office) == ""
    office("activate", grant, code=1)


def test_what_nobody_uses_is_flagged_then_suspended(here: Cinv, office: Cinv, dsn: str) -> None:
    grant = granted(office)
    aside(dsn, GRANT, f"UPDATE {GRANT} SET changed_at = now() - interval '91 days',"
                      " valid_from = now() - interval '91 days'")  # fmt: skip
    office("watch")
    assert "access.dormantGrant" in findings(here)
    assert state(office, grant) == "active"
    asked(dsn, "UPDATE record.finding SET found_at = found_at - interval '90 days'")
    office("watch")
    assert state(office, grant) == "suspended"
    assert permitted(office) == ""
    (last,) = json.loads(str(office("history", grant, "-o", "json")))[-1:]
    assert (last["changed_by"], "unused for" in last["reason"]) == (
        "manage-customer-inventory",
        True,
    )


def test_grants_are_confirmed_by_the_owners_of_data(office: Cinv, dsn: str) -> None:
    grant = granted(office, "customer:read,update")
    campaign = str(office("recertify", "open", "Second quarter"))
    office("recertify", "decide", campaign, grant, "keep", code=3)
    (item,) = json.loads(str(office("recertify", "show", campaign, "-o", "json")))
    assert (item["grant_id"], item["decision"]) == (grant, None)
    narrow = ("--purpose", "care", "--allow", "customer:read", "--reason", "update is not needed")
    less = str(office("recertify", "decide", campaign, grant, "narrow", *narrow, "--as", "ada"))
    assert state(office, less) == "requested"
    (row,) = json.loads(str(office("recertify", "list", "-o", "json")))
    assert (row["items"], row["narrowed"], row["undecided"]) == (1, 1, 0)
    office("review", less, "--as", "rita")
    # Who asked for less decides no more: another owner of the data does.
    office("person", "add", "ben", "dataOwner:customer")
    office("approve", less, "--as", "ben")
    office("activate", less)
    assert permitted(office) == "customer:read for care"
    assert state(office, grant) == "superseded"


def test_what_nobody_confirms_lapses(office: Cinv, dsn: str) -> None:
    grant = granted(office)
    campaign = str(office("recertify", "open", "Second quarter", "--days", "30"))
    past = "opened_at = now() - interval '2 days', due_at = now() - interval '1 day'"
    aside(dsn, "access.campaign", f"UPDATE access.campaign SET {past}")
    office("watch")
    assert state(office, grant) == "suspended"
    assert permitted(office) == ""
    (row,) = json.loads(str(office("recertify", "list", "-o", "json")))
    assert (row["id"], row["lapsed"], row["closed_at"] is not None) == (campaign, 1, True)


def test_glass_is_broken_for_hours_and_reviewed_by_somebody_else(
    here: Cinv, office: Cinv, dsn: str
) -> None:
    told = ("--purpose", "care", "--allow", "customer:read", "--reason", "No calls")
    words = ("break-glass", "open", "crm", *told, "--ticket", "INC-17")
    office(*words, "--person", "ada", code=3)
    office(*words, "--person", "olga", "--hours", "5", code=2)
    secret = str(office(*words, "--person", "olga", "--hours", "1"))
    assert secret.startswith("cinv_")
    assert "access.breakGlassUnreviewed" in findings(here)
    (opening,) = json.loads(str(office("break-glass", "list", "--unreviewed", "-o", "json")))
    review = ("break-glass", "review", opening["id"], "justified", "--reason", "As told")
    office(*review, "--as", "rita", code=1)
    office("break-glass", "end", opening["id"])
    office(*review, "--as", "olga", code=3)
    office(*review, "--as", "rita")
    assert json.loads(str(office("break-glass", "list", "--unreviewed", "-o", "json"))) == []
    about = asked(
        dsn,
        "SELECT operation, decision, reason FROM access.entry WHERE record_type = 'breakGlass'"
        " AND decision = 'permit' ORDER BY seq",
    )
    assert about == [
        ("create", "permit", "INC-17"),
        ("delete", "permit", opening["id"]),
        ("modify", "permit", f"{opening['id']} justified"),
    ]


@pytest.mark.parametrize("step", ["reject", "withdraw"])
def test_a_request_ends_before_it_is_in_force(office: Cinv, step: str) -> None:
    words = ("--purpose", "care", "--allow", "customer:read", "--reason", "Calls")
    grant = str(office("request", "crm", *words))
    office(step, grant, *(("--reason", "not needed") if step == "reject" else ()))
    assert state(office, grant) in {"rejected", "withdrawn"}
    office("approve", grant, "--as", "ada", code=1)
