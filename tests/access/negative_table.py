"""The fifty negative tests by number: risk, what is asked and expected, the entry, the tests.

Risks are those of the OWASP API Security Top 10 (2023), or chapters of the OWASP ASVS 5.0. Run as a
program it writes the page for readers: `python -m tests.access.negative_table`.
"""

from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One negative test: `entry` is what is kept of it, `tests` are those that hold it."""

    number: int
    risk: str
    asked: str
    expected: str
    entry: str
    tests: tuple[str, ...]


DENY = "denied, with the rule"
TOLD = "permitted, with the status"
STRANGER = "none: counted by source and minute"
SCOPE = "access/scope/test_reading.py::"
WRITING = "access/scope/test_writing.py::"
MASKS = "tmf/test_masks.py::"
BAD = "tmf/test_bad_requests.py::"
OAUTH = "access/oauth/test_token.py::"
ISSUER = "access/oauth/test_issuer.py::"
GOVERNED = "access/download/test_governed.py::"
FILES = "access/download/test_files.py::"
OWN = "access/negative/"
LEDGER = "tmf/test_ledger.py::test_an_answer_leaves_one_entry"
EVERY_DOOR = "house/test_doors.py::test_what_is_permitted_is_kept_too"

TABLE = (
    Row(1, "API1", "Read a record out of scope", "404, as an id that nobody has",
        TOLD, (f"{SCOPE}test_it_is_as_an_id_that_nobody_has",
               f"{SCOPE}test_every_refused_read_is_in_the_ledger")),
    Row(2, "API1", "Change or remove it", "404; revision as before",
        TOLD, (f"{WRITING}test_what_is_out_of_scope_is_neither_changed_nor_removed",)),
    Row(3, "API1", "List it by id, count it", "an empty list, a total of 0",
        TOLD, (f"{SCOPE}test_it_is_in_no_list_and_no_total",
               f"{SCOPE}test_no_order_and_no_filter_tells_of_it")),
    Row(4, "API1", "Make a record that refers to one out of scope", "as a reference to nobody",
        TOLD, (f"{WRITING}test_a_reference_out_of_scope_is_as_one_to_nobody",)),
    Row(5, "API1", "Change a record so that it leaves the scope", "refused, nothing changed",
        DENY, (f"{WRITING}test_a_record_is_kept_within_scope",)),
    Row(6, "API1", "Fetch the download of another process; one's own after its end", "404; 410",
        TOLD, (f"{GOVERNED}test_others_do_not_see_it_and_it_expires",)),
    Row(7, "API1", "Listen while a record leaves the scope", "nothing of it from then on",
        "one for each event told",
        (f"{OWN}test_listening.py::test_what_leaves_the_scope_is_told_no_more",)),
    Row(8, "API3", "`fields` of a hidden attribute; the record without `fields`",
        "403 `fieldNotGranted`; absent, not null",
        DENY, (f"{MASKS}test_a_hidden_attribute_asked_for_by_name_is_refused",
               f"{MASKS}test_no_place_shows_what_is_hidden",
               "doors/test_masked.py::test_no_route_shows_what_is_masked_and_each_answer_is_kept")),
    Row(9, "API3", "Filter or sort by a hidden attribute", "403: no oracle",
        DENY, (f"{MASKS}test_filters_and_orders_are_no_oracle",
               f"{MASKS}test_what_is_not_seen_finds_nothing")),
    Row(10, "API3", "PATCH of a hidden and a permitted attribute", "403, nothing applied",
        DENY, (f"{MASKS}test_hidden_paths_cannot_be_written_and_nothing_is_applied",)),
    Row(11, "API3", "JSON Patch `copy`, `move`, `test` from a hidden path", "403",
        DENY, (f"{MASKS}test_operations_of_a_patch_do_not_reach_what_is_hidden",)),
    Row(12, "API3", "Replace a list whose hidden parts are not seen; send the text of a mask",
        "hidden parts stay; 422 `maskedValue`",
        TOLD, (f"{MASKS}test_a_change_keeps_what_was_not_seen",
               f"{MASKS}test_the_text_of_a_mask_is_no_value")),
    Row(13, "API3", "Bodies with `id`, `href`, revision, owner, subject, states, approvals",
        "400, or not taken: the inventory says these itself",
        TOLD, (f"{OWN}test_properties.py::test_what_is_said_of_a_record_is_not_taken_from_its_body",
               f"{OWN}test_properties.py::test_nobody_chooses_the_id_of_a_record",
               f"{OWN}test_properties.py::test_a_change_does_not_reach_what_a_record_is_known_by",
               f"{OWN}test_properties.py::test_states_and_approvals_are_not_given_in_bodies")),
    Row(14, "API5", "Administration and rights of subjects, by who may read people", "403",
        DENY, (f"{OWN}test_functions.py::test_a_function_that_is_not_permitted_is_refused",
               "house/test_doors.py::test_every_route_refuses_who_may_not_and_keeps_it")),
    Row(15, "API5", "Approve one's own request; without the capacity; what was not seen",
        "403; 403; 409; refused by the database too",
        DENY, ("api/test_grant.py::test_nobody_decides_on_what_they_asked_for_or_did_not_see",
               "access/grant/test_granting.py::test_an_approval_is_of_what_was_seen",
               "access/grant/test_granting.py::test_the_database_refuses_what_the_law_forbids")),
    Row(16, "API5", "Ask for a download by a token that may read", "403, `insufficient_scope`",
        DENY, (f"{OWN}test_functions.py::test_a_function_that_is_not_permitted_is_refused",
               f"{OWN}test_functions.py::test_who_may_less_is_told_so_in_the_words_of_bearer_tokens")),
    Row(17, "API2", "Algorithm confusion, `none`, empty key, foreign key, keys in the header",
        "401; nothing is called",
        STRANGER, (f"{OAUTH}test_forged_tokens_are_refused",
                   f"{OWN}test_tokens.py::test_every_forged_token_is_counted_as_a_stranger",
                   f"{OWN}test_tokens.py::test_a_token_goes_on_through_one_rotation_and_a_retired_key_opens_nothing",
                   f"{ISSUER}test_a_header_that_brings_its_own_key_is_refused_and_nothing_is_called")),
    Row(18, "API2", "A token of another kind; one of an issuer without our audience", "401",
        STRANGER, (f"{ISSUER}test_forged_tokens_are_refused",
                   f"{ISSUER}test_tokens_that_are_refused_are_counted_as_strangers")),
    Row(19, "API2", "Expired, not yet valid, wrong issuer or audience, too long a life", "401",
        STRANGER, (f"{OAUTH}test_forged_tokens_are_refused",
                   f"{ISSUER}test_forged_tokens_are_refused",
                   "house/test_doors.py::test_every_route_refuses_what_has_expired")),
    Row(20, "API2", "Client ended, process suspended, permission withdrawn between two requests",
        "401; 401; 403", "counted; denied, with the rule",
        (f"{OAUTH}test_a_token_ends_at_once",
         "house/test_doors.py::test_every_route_refuses_what_was_revoked_a_moment_ago",
         "house/test_doors.py::test_every_route_refuses_what_was_withdrawn_a_moment_ago")),
    Row(21, "API2", "Revoke while a download is made, and while it is fetched",
        "stops within a chunk, aborted, file destroyed",
        "one for each chunk that was read",
        (f"{GOVERNED}test_what_is_revoked_stops_within_a_chunk",
         f"{GOVERNED}test_a_fetch_stops_when_it_is_revoked")),
    Row(22, "API2", "Assertions replayed, for several servers, too long; two methods; other grants",
        "401; 400",
        STRANGER, (f"{OAUTH}test_an_assertion_is_good_once",
                   f"{OAUTH}test_an_assertion_that_is_not_right_is_refused",
                   f"{OAUTH}test_an_assertion_for_several_servers_is_refused",
                   f"{OAUTH}test_two_methods_at_once_are_refused",
                   f"{OAUTH}test_a_malformed_request_is_refused",
                   f"{OWN}test_tokens.py::test_no_other_way_leads_to_a_token")),
    Row(23, "API2", "Wrong secrets of clients that are there and that are not",
        "the same answer after the same steps; 429 after 30 in a minute",
        STRANGER, (f"{OAUTH}test_a_wrong_secret_and_an_unknown_client_look_the_same",
                   f"{OWN}test_tokens.py::test_a_secret_takes_the_same_steps_whoever_is_named",
                   f"{OAUTH}test_whoever_guesses_waits")),
    Row(24, "API2", "A bound token without proof, or with one that does not fit", "401",
        STRANGER, ("access/oauth/test_dpop.py::test_proofs_that_are_not_right_are_refused",
                   "access/oauth/test_dpop.py::test_a_bound_token_is_no_bearer_token_and_the_other_way_round")),
    Row(25, "API2", "A token in the address", "401; in no log",
        STRANGER, (f"{OAUTH}test_a_token_in_the_address_is_not_taken",
                   f"{OWN}test_tokens.py::test_a_token_in_an_address_is_in_no_log")),
    Row(26, "V10", "Sign-in with `state`, `nonce`, `iss` or code tampered with; session fixation",
        "refused, no session; a new id",
        "refused sign-ins are kept",
        ("console/test_code_flow.py::test_each_part_tampered_with_is_refused",
         "console/test_code_flow.py::test_another_browser_a_changed_code_and_a_second_use_are_refused",
         "console/test_sign_in.py::test_the_session_id_is_new_at_each_sign_in")),
    Row(27, "V6", "A second factor used twice; guesses", "refused; only who guesses waits",
        "refused sign-ins are kept",
        ("console/test_sign_in.py::test_a_code_is_good_once",
         "console/test_sign_in.py::test_one_code_at_the_same_time_opens_one_session",
         "console/test_sign_in.py::test_whoever_guesses_waits_and_nobody_else")),
    Row(28, "API4", "Pages of a milliard, negative, far away", "400",
        TOLD, (f"{OWN}test_sizes.py::test_what_is_asked_beyond_reason_is_refused",)),
    Row(29, "API4", "100 MB, in chunks without a length; what is compressed; slow callers",
        "413 after the limit; 400; sent away, nobody waits",
        TOLD, (f"{OWN}test_sizes.py::test_an_endless_body_is_cut_off_at_the_limit",
               f"{OWN}test_sizes.py::test_a_body_that_is_no_document_is_refused",
               f"{OWN}test_sizes.py::test_callers_who_never_finish_keep_nobody_waiting",
               "tmf/test_head.py::test_a_head_without_end_is_refused")),
    Row(30, "API4", "100,000 levels, 100,000 digits, NaN, NUL, half a surrogate, a name twice",
        "400; of a name twice the last counts",
        TOLD, (f"{OWN}test_sizes.py::test_a_body_that_is_no_document_is_refused",
               f"{OWN}test_sizes.py::test_a_member_that_is_there_twice_is_there_once",
               "tmf/test_bad_input.py::test_a_body_is_refused")),
    Row(31, "API4", "Patterns and paths that explode", "400, or stopped: 503 `timeLimit`",
        TOLD, (f"{OWN}test_sizes.py::test_what_is_asked_beyond_reason_is_refused",
               f"{BAD}test_a_pattern_that_takes_too_long_is_stopped",
               "tmf/test_jsonpath.py::test_a_filter_that_takes_for_ever_is_stopped")),
    Row(32, "API4", "1,000 conditions, an address of 2 MB, 1,000 fields", "400; 431 and 414; 400",
        TOLD, (f"{OWN}test_sizes.py::test_what_is_asked_beyond_reason_is_refused",)),
    Row(33, "API4", "One more than the quota, 16 callers at once; downloads at once",
        "429 and Retry-After; 409 `tooManyDownloads`",
        TOLD, ("access/quota/test_limits.py::test_sixteen_callers_at_once_get_what_was_agreed",
               "access/quota/test_quotas.py::test_callers_at_once_of_several_services_do_not_overspend",
               f"{GOVERNED}test_a_process_has_so_many_at_a_time")),
    Row(34, "API6", "Guess ids: one after the other, by count, order, error, steps taken",
        "waits; a finding; suspended where wanted; what is there looks like what is not",
        TOLD, ("access/quota/test_limits.py::test_a_thousand_unknown_ids_in_a_row",
               "access/quota/test_limits.py::test_who_guesses_is_suspended_where_that_is_wanted",
               f"{OWN}test_functions.py::test_what_is_there_and_what_is_not_look_alike_to_who_may_not",
               f"{OWN}test_functions.py::test_an_id_of_another_type_is_one_that_is_not_there",
               f"{OWN}test_guessing.py::test_nothing_takes_more_steps_for_what_is_there")),
    Row(35, "API7", "Callbacks that lead inside, in every spelling; other schemes and ports", "400",
        TOLD, ("record/event/test_callback.py::test_an_inner_address_is_refused",
               "record/event/test_callback.py::test_spellings_of_this_machine_are_refused",
               "record/event/test_callback.py::test_what_is_no_web_address_is_refused",
               "tmf/test_hub.py::test_what_no_listener_can_be_told_at_is_refused",
               f"{OWN}test_outward.py::test_a_callback_that_leads_inside_is_refused_and_kept")),
    Row(36, "API7", "Names that lead inside later; redirects; answers without end",
        "refused before it is called; not followed; cut off",
        "one for each event that was told",
        ("record/event/test_callback.py::test_one_inner_address_refuses_all",
         "record/event/test_dispatcher.py::test_a_redirect_is_not_followed",
         f"{OWN}test_listening.py::test_what_is_told_to_who_redirects_is_kept_and_goes_nowhere_else",
         f"{OWN}test_outward.py::test_a_name_that_leads_inside_later_is_not_called",
         f"{OWN}test_outward.py::test_an_answer_without_end_is_cut_off")),
    Row(37, "injection", "Statements in `sort`, `fields`, filters and values",
        "400, or a value and nothing else",
        TOLD, (f"{OWN}test_sizes.py::test_what_is_asked_beyond_reason_is_refused",
               f"{BAD}test_a_value_is_nothing_but_a_value",
               "tmf/test_jsonpath.py::test_literals_are_never_part_of_the_path")),
    Row(38, "injection", "Headers and bodies that say who calls, what for and from where",
        "no effect",
        TOLD, (f"{OWN}test_transport.py::test_no_header_but_the_token_says_who_calls_and_no_host_is_believed",  # noqa: E501
               f"{OWN}test_properties.py::test_what_is_said_of_a_record_is_not_taken_from_its_body")),
    Row(39, "injection", "Cells that a spreadsheet runs", "guarded for people, exact for machines",
        "one for each chunk",
        (f"{FILES}test_formulas_are_guarded_for_people_and_exact_for_machines",)),
    Row(40, "import", "Archives that lead outside, symlinks, bombs, pipes, rows without end",
        "refused whole, or by line; no name is a path",
        "the load, by chunk",
        (f"{OWN}test_files.py::test_an_archive_that_brings_more_than_rows_is_refused",
         f"{OWN}test_files.py::test_no_name_in_an_archive_is_a_path",
         f"{OWN}test_files.py::test_only_a_file_of_its_own_is_loaded",
         f"{OWN}test_files.py::test_no_name_of_a_file_leads_out_of_a_package",
         "capture/test_import.py::test_a_bad_row_is_refused_by_line_and_reason",
         "capture/test_rows.py::test_a_row_has_its_bounds")),
    Row(41, "API8", "TRACE, foreign origins, pages switched off, faults, a host that is not ours",
        "405; not allowed; 404; no word of why; addresses from the configuration",
        TOLD, (f"{OWN}test_transport.py::test_no_page_of_another_site_is_let_in",
               f"{OWN}test_transport.py::test_no_header_but_the_token_says_who_calls_and_no_host_is_believed",
               "tmf/test_openapi.py::test_the_page_can_be_switched_off")),
    Row(42, "API8", "Markup and lines in values; forms of other pages",
        "shown as text; no line elsewhere; 403",
        TOLD, ("console/test_sign_in.py::test_pages_are_under_a_strict_policy_and_show_what_was_said_as_text",  # noqa: E501
               "console/test_sign_in.py::test_a_form_from_elsewhere_is_refused",
               f"{OWN}test_transport.py::test_lines_in_what_is_said_make_no_lines_elsewhere")),
    Row(43, "API9", "Places in other spellings, old versions, methods in disguise, smuggled heads",
        "404, 405; never a second request",
        TOLD, (f"{OWN}test_transport.py::test_a_place_that_is_not_served_is_not_there",
               f"{OWN}test_transport.py::test_a_method_is_what_it_says_in_the_first_line",
               f"{OWN}test_transport.py::test_a_head_that_says_two_things_smuggles_nothing",
               "tmf/test_openapi.py::test_it_says_what_is_served_and_nothing_else",
               "fuzz/test_fuzz.py::test_no_fault_and_no_answer_that_is_not_described")),
    Row(44, "API10", "Key sets of 50 MB, of 10,000 keys, slow, wrong; unknown keys",
        "known keys stay; asked once a minute; 401",
        STRANGER, (f"{ISSUER}test_keys_stay_when_they_cannot_be_fetched_again",
                   f"{ISSUER}test_a_slow_key_set_is_given_up",
                   f"{ISSUER}test_unknown_keys_make_us_look_once_a_minute")),
    Row(45, "audit", "Kill the service under load", "every answer has its entry",
        "each of them", ("faults/test_kill.py::test_nothing_acknowledged_is_lost",
                         "access/download/test_killed.py::test_a_killed_download_is_finished_or_leaves_nothing_to_fetch")),
    Row(46, "audit", "The ledger cannot be written", "503, no data",
        "none, and nothing was told",
        ("tmf/test_ledger.py::test_nothing_is_told_when_the_entry_cannot_be_kept",
         "tmf/test_straight.py::test_without_its_entry_nothing_is_told")),
    Row(47, "audit", "Alter, remove, cut, rewrite entries by hand", "found, and named",
        "verification names the first", (
            "access/log/test_sealing.py::test_tampering_is_found_and_named",
            "access/log/test_sealing.py::test_an_entry_altered_with_its_leaf_is_found_by_the_root",
            "access/log/test_sealing.py::test_a_log_rewritten_and_signed_anew_differs_from_its_anchor")),
    Row(48, "privacy", "Erase who is held; who is free; restore an old backup",
        "409 with the case; gone everywhere, verification green; erased again",
        "without the id", (
            "api/test_subject.py::test_a_hold_refuses_and_names_its_case",
            "record/subject/test_erasing.py::test_all_that_belongs_goes_and_what_is_shared_stays_without",
            "record/subject/test_erasing.py::test_erasures_after_the_backup_are_replayed_from_their_notes",
            "access/log/test_sealing.py::test_striking_out_a_subject_keeps_the_log_as_it_is",
            "access/download/test_taken.py::test_an_erasure_reaches_finished_files")),
    Row(49, "privacy", "Processing restricted, consent withdrawn, between two pages or chunks",
        "not in the next one",
        DENY, ("api/test_privacy_choice.py::test_lists_and_totals_are_as_if_it_were_not_there",
               "api/test_privacy_choice.py::test_the_rule_is_in_the_ledger",
               "api/test_restriction.py::test_it_is_in_no_list_and_no_total",
               "access/download/test_taken.py::test_who_is_restricted_meanwhile_is_in_no_later_chunk")),
    Row(50, "privacy", "Join pseudonyms of two recipients; trace a leak",
        "no id in common; the download is named",
        "the trace", (
            "access/download/test_taken.py::test_pseudonyms_of_two_recipients_cannot_be_joined",
            "access/download/test_taken.py::test_a_planted_record_names_the_download",
            f"{MASKS}test_hashes_of_two_processes_cannot_be_joined")),
)  # fmt: skip


_HEAD = """# Negative tests

What must be refused, by number: who tries what, what is answered, what the ledger keeps of it. Each
row is held by tests that fail when it no longer holds; this page is checked against them
(`tests/access/test_negative_table.py`), and every answer that they get from a running service is
looked up in the ledger when they end (`tests/access/kept.py`). Risks are those of the OWASP API
Security Top 10 (2023); V6 and V10 are chapters of the OWASP ASVS 5.0.

Every one of them also means: no 5xx that is not told here, nothing written, and no word that tells
what was not permitted to be known. Refusals before anybody showed who they are make no entry, lest
strangers write: they are counted by source and minute (`cinv access strangers`). Reports with a
smallest group are not served yet.

| | risk | asked | expected | kept in the ledger | held by |
|---|---|---|---|---|---|
"""


def page() -> str:
    """Return the page for readers, as Markdown."""
    lines = []
    for row in TABLE:
        places = dict.fromkeys(f"`tests/{held.partition('::')[0]}`" for held in row.tests)
        cells = (row.risk, row.asked, row.expected, row.entry, ", ".join(places))
        lines.append(f"| N{row.number:02} | {' | '.join(cells)} |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "security" / "negative-tests.md").write_text(
        page(), "utf-8"
    )
