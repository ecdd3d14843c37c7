"""The OWASP API Security Top 10 (2023), risk by risk.

Run as a program it writes the page for readers: `python -m tests.security.api_risks`.
"""

from tests.security.rows import ROOT, Row, table

PAGE = ROOT / "docs" / "security" / "api-top-10.md"
DOORS = "house/test_doors.py::"
ROWS = (
    Row(
        "API1",
        "Broken object level authorization",
        "The scope of a grant is a condition of every statement; what is outside looks unknown."
        " N01-N07",
        "holds",
        (
            f"{DOORS}test_every_route_answers_what_is_out_of_scope_as_what_is_unknown",
            "access/scope/test_reading.py::test_it_is_in_no_list_and_no_total",
            "access/scope/test_writing.py::"
            "test_what_is_out_of_scope_is_neither_changed_nor_removed",
        ),
    ),
    Row(
        "API2",
        "Broken authentication",
        "Tokens of 256 bits kept hashed, signed ones checked in all parts, revoked at once; people"
        " with two factors. N17-N27",
        "holds",
        (
            "access/oauth/test_token.py::test_forged_tokens_are_refused",
            f"{DOORS}test_every_route_refuses_what_was_revoked_a_moment_ago",
            "console/test_sign_in.py::test_whoever_guesses_waits_and_nobody_else",
        ),
    ),
    Row(
        "API3",
        "Broken object property level authorization",
        "Groups of attributes to read and to write; no oracle by filter or order. N08-N13",
        "holds",
        (
            "tmf/test_masks.py::test_filters_and_orders_are_no_oracle",
            "tmf/test_masks.py::test_hidden_paths_cannot_be_written_and_nothing_is_applied",
            "doors/test_masked.py::test_no_route_shows_what_is_masked_and_each_answer_is_kept",
        ),
    ),
    Row(
        "API4",
        "Unrestricted resource consumption",
        "Bodies, heads, pages, patterns, statements, quotas and downloads are bounded. N28-N33",
        "holds",
        (
            "access/negative/test_sizes.py::test_what_is_asked_beyond_reason_is_refused",
            "access/quota/test_quotas.py::test_so_many_are_let_through_and_no_more",
            "access/download/test_governed.py::test_a_process_has_so_many_at_a_time",
        ),
    ),
    Row(
        "API5",
        "Broken function level authorization",
        "Every route names one permission, and is walked by who may not. N14-N16",
        "holds",
        (
            f"{DOORS}test_every_route_refuses_who_may_not_and_keeps_it",
            "access/negative/test_functions.py::test_a_function_that_is_not_permitted_is_refused",
        ),
    ),
    Row(
        "API6",
        "Unrestricted access to sensitive business flows",
        "Downloads above a threshold wait for the owner of the data; unknown ids are counted. N34",
        "holds",
        (
            "access/download/test_governed.py::"
            "test_a_large_download_waits_for_the_owner_of_the_data",
            "access/quota/test_limits.py::test_a_thousand_unknown_ids_in_a_row",
        ),
    ),
    Row(
        "API7",
        "Server side request forgery",
        "Addresses are checked when they are given and at each call. N35-N36",
        "holds",
        (
            "record/event/test_callback.py::test_an_inner_address_is_refused",
            "access/negative/test_outward.py::test_a_name_that_leads_inside_later_is_not_called",
        ),
    ),
    Row(
        "API8",
        "Security misconfiguration",
        "Safe by default; headers, methods, faults and images are tested. N41-N42",
        "holds",
        (
            "security/test_headers.py::test_every_door_says_it",
            "deploy/test_chart.py::test_every_pod_can_do_little",
            f"{DOORS}test_only_what_is_listed_is_public",
        ),
    ),
    Row(
        "API9",
        "Improper inventory management",
        "What is served is what the OpenAPI document says, and every route is documented. N43",
        "holds",
        (
            "tmf/test_openapi.py::test_it_says_what_is_served_and_nothing_else",
            "house/test_docs.py::test_every_route_of_the_management_api_is_documented",
        ),
    ),
    Row(
        "API10",
        "Unsafe consumption of APIs",
        "Keys, providers, listeners and brokers are bounded in size and time, and checked. N44",
        "holds",
        (
            "access/oauth/test_issuer.py::test_a_slow_key_set_is_given_up",
            "access/negative/test_outward.py::test_an_answer_without_end_is_cut_off",
        ),
    ),
)
HEAD = """# OWASP API Security Top 10

The ten risks of 2023, what is done about each, and tests that hold it; N01 to N50 are the
[negative tests](negative-tests.md). `tests/security/test_tables.py` checks that every test is there.
"""


def page() -> str:
    """Return the page for readers."""
    return f"{HEAD}\n{table(ROWS)}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
