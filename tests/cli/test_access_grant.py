"""`cinv access`: a grant from request to end, at the terminal."""

import json

from tests.cli.conftest import Cinv


def test_a_grant_is_asked_for_decided_and_ended(here: Cinv) -> None:
    def done(*words: str) -> str:
        outcome = here("access", *words)
        assert outcome.code == 0, (words, outcome.err)
        return outcome.out.strip()

    done("purpose", "add", "marketing", "--title", "Offers", "--legal-basis", "consent")
    done("person", "add", "rita", "reviewer")
    done("person", "add", "ada", "dataOwner:customer")
    done("register", "marketing", "--name", "Marketing", "--owner", "Sales")
    ask = ("--purpose", "marketing", "--allow", "customer:read", "--reason", "Spring offer")
    grant = done("request", "marketing", *ask)
    assert here("access", "approve", grant, "--as", "ada").code != 0
    assert here("access", "review", grant).code != 0
    done("review", grant, "--as", "rita")
    (shown,) = json.loads(done("show", grant, "-o", "json"))
    assert (shown["state"], shown["approvals_missing"]) == ("reviewed", "dataOwner:customer")
    done("approve", grant, "--as", "ada", "--seen", shown["sha256"])
    done("activate", grant)
    (listed,) = [row for row in json.loads(done("list", "-o", "json")) if row["id"] == "marketing"]
    assert listed["permissions"] == "customer:read for marketing"
    done("revoke", grant, "--reason", "over")
    history = json.loads(done("history", grant, "-o", "json"))
    assert [row["state"] for row in history] == [
        "requested",
        "reviewed",
        "approved",
        "active",
        "revoked",
    ]
    assert (history[1]["changed_by"], history[1]["reason"]) == ("rita", "")
    assert history[1]["entered_by"] == history[0]["changed_by"] != "rita"
    (listed,) = json.loads(done("grants", "marketing", "-o", "json"))
    assert listed["state"] == "revoked"
    (purpose,) = json.loads(done("purpose", "list", "-o", "json"))
    assert purpose["requires_consent"] is True
    assert {row["person"] for row in json.loads(done("person", "list", "-o", "json"))} == {
        "ada",
        "rita",
    }


def test_permissions_without_a_purpose_are_refused(here: Cinv) -> None:
    refused = here(
        "access", "register", "b", "--name", "B", "--owner", "F", "--allow", "customer:read"
    )
    assert refused.code == 2


def test_a_grant_is_bound_to_groups_of_attributes(here: Cinv) -> None:
    assert (
        here("access", "purpose", "add", "ads", "--title", "Ads", "--legal-basis", "consent").code
        == 0
    )
    assert here("access", "register", "ads", "--name", "Ads", "--owner", "Sales").code == 0
    ask = ("access", "request", "ads", "--purpose", "ads", "--allow", "individual:read")
    bound = ("--groups", "name,contact", "--mask", "contact=domain", "--writes", "name")
    asked = here(*ask, *bound, "--reason", "Newsletter")
    assert asked.code == 0, asked.err
    (grant,) = json.loads(here("access", "show", asked.out.strip(), "-o", "json").out)
    assert json.loads(grant["terms"]) == {
        "individual": {
            "groups": ["contact", "name"],
            "masks": {"contact": "domain"},
            "writes": ["name"],
        }
    }
    for wrong in (("--groups", "shoes"), ("--mask", "contact"), ("--mask", "contact=blurred")):
        refused = here(*ask, *wrong, "--reason", "Newsletter")
        assert refused.code != 0
        assert wrong[1].rpartition("=")[2] in refused.err


def test_groups_are_listed_with_what_their_changes_need(here: Cinv) -> None:
    listed = here("access", "groups", "individual", "-o", "json")
    assert listed.code == 0, listed.err
    (status,) = [row for row in json.loads(listed.out) if row["group"] == "lifecycle"]
    assert (status["operation"], status["attributes"]) == ("modify", "status")
    assert here("access", "groups", "shoe").code != 0


def test_a_grant_is_asked_for_of_some_records(here: Cinv) -> None:
    here("access", "purpose", "add", "care", "--title", "Care", "--legal-basis", "contract")
    here("access", "register", "care", "--name", "Care", "--owner", "Sales")
    ask = ("access", "request", "care", "--purpose", "care", "--reason", "Austria", "--allow")
    rule = '{"in": {"market": ["AT"]}}'
    asked = here(*ask, "customer:read", "--scope", f"customer:{rule}")
    assert asked.code == 0, asked.err
    (shown,) = json.loads(here("access", "grants", "care", "-o", "json").out)
    assert json.loads(shown["terms"]) == {"customer": {"scope": json.loads(rule)}}
    for scope in (f"product:{rule}", "customer:", "customer:{}", 'customer:{"eq": {"shoe": "x"}}'):
        assert here(*ask, "customer:read", "--scope", scope).code in {1, 2}
