"""OWASP ASVS 5.0 up to level 2, section by section, in words of our own.

Numbers are those of the standard; requirements of level 3 alone are left out. Run as a program it
writes the page for readers: `python -m tests.security.asvs`.
"""

from tests.security.rows import ROOT, Row, counted, table

PAGE = ROOT / "docs" / "security" / "asvs.md"

BAD = "tmf/test_bad_requests.py::"
INPUT = "tmf/test_bad_input.py::"
SIGN_IN = "console/test_sign_in.py::"
ACCOUNT = "console/test_account.py::"
FLOW = "console/test_code_flow.py::"
SCREENS = "console/test_screens.py::"
DOORS = "house/test_doors.py::"
DOCS = "house/test_docs.py::"
TOKEN = "access/oauth/test_token.py::"
ISSUER = "access/oauth/test_issuer.py::"
DPOP = "access/oauth/test_dpop.py::"
SIZES = "access/negative/test_sizes.py::"
TRANSPORT = "access/negative/test_transport.py::"
TOKENS = "access/negative/test_tokens.py::"
FILES = "access/negative/test_files.py::"
OUTWARD = "access/negative/test_outward.py::"
SEALING = "access/log/test_sealing.py::"
SECRECY = "access/test_secrecy.py::"
ATTACHED = "record/attachment/test_attachment.py::"
MASKS = "tmf/test_masks.py::"
ABSENT = "security/test_absent.py::"
HEADERS = "security/test_headers.py::"
SUPPLY = "security/test_supply.py::"
PAGES = "security/test_tables.py::"
CHART = "deploy/test_chart.py::"

ENCODING = (
    Row(
        "1.1.1-1.1.2",
        "Decoded once, before it is checked; encoded last, for whoever reads it",
        "Addresses and bodies are parsed once at the door; templates and JSON encode on the way out",
        "holds",
        (
            f"{TRANSPORT}test_a_place_that_is_not_served_is_not_there",
            "console/test_customers.py::test_hostile_names_are_text_and_kept_apart",
        ),
    ),
    Row(
        "1.2.1-1.2.3",
        "What is put into HTML, addresses, headers and JSON cannot change them",
        "Jinja2 escapes everything; JSON is encoded by a library; no line gets into a header",
        "holds",
        (
            f"{SIGN_IN}test_pages_are_under_a_strict_policy_and_show_what_was_said_as_text",
            f"{TRANSPORT}test_lines_in_what_is_said_make_no_lines_elsewhere",
        ),
    ),
    Row(
        "1.2.4",
        "No statement of a database is made of what callers say",
        "Values are parameters; names of columns come from declared lists alone",
        "holds",
        (
            "store/test_where.py::test_values_travel_as_parameters_alone",
            f"{BAD}test_a_value_is_nothing_but_a_value",
        ),
    ),
    Row(
        "1.2.5",
        "No command of the system is made of what callers say",
        "Programs are called with lists of words, never through a shell",
        "holds",
        (f"{ABSENT}test_no_shell_is_asked",),
    ),
    Row(
        "1.2.6-1.2.8",
        "No injection into LDAP, XPath or LaTeX",
        "None of them is spoken",
        "absent",
        (f"{ABSENT}test_what_is_not_spoken_is_not_imported",),
    ),
    Row(
        "1.2.9",
        "What is looked for in text is no pattern unless it says so",
        "Patterns are taken only where the query language has them, checked and bounded in time",
        "holds",
        (
            "store/test_where.py::test_a_pattern_that_is_none",
            f"{BAD}test_a_pattern_that_takes_too_long_is_stopped",
        ),
    ),
    Row(
        "1.3.1, 1.3.4-1.3.5",
        "HTML, SVG and markup of users is sanitised",
        "None is taken as such: text is shown as text, files leave as downloads in a sandbox",
        "holds",
        (
            "console/test_customers.py::test_hostile_names_are_text_and_kept_apart",
            "api/test_attachment.py::test_a_contract_is_kept_and_fetched",
        ),
    ),
    Row(
        "1.3.2, 1.3.7, 1.3.10",
        "Nothing that is said is run: no `eval`, templates or formats",
        "Conditions are parsed into a tree; templates ship with the package",
        "holds",
        (
            f"{ABSENT}test_nothing_is_evaluated",
            "tmf/test_jsonpath.py::test_literals_are_never_part_of_the_path",
        ),
    ),
    Row(
        "1.3.3",
        "What goes where it may be dangerous is cut and checked before",
        "Cells are guarded for spreadsheets; lines, NULs and lengths are refused at the door",
        "holds",
        (
            "access/download/test_files.py::"
            "test_formulas_are_guarded_for_people_and_exact_for_machines",
            f"{SIZES}test_a_body_that_is_no_document_is_refused",
        ),
    ),
    Row(
        "1.3.6",
        "No request inside is made for somebody outside",
        "Callbacks, keys and brokers are checked by address at each call; no redirect is followed",
        "holds",
        (
            "record/event/test_callback.py::test_an_inner_address_is_refused",
            f"{OUTWARD}test_a_name_that_leads_inside_later_is_not_called",
        ),
    ),
    Row(
        "1.3.8-1.3.9, 1.3.11",
        "No injection into JNDI, memcache or mail",
        "None of them is spoken",
        "absent",
        (f"{ABSENT}test_what_is_not_spoken_is_not_imported",),
    ),
    Row(
        "1.4.1-1.4.3",
        "No overflow, no memory used after it was freed",
        "Python throughout; numbers and sizes are bounded where they come in",
        "holds",
        (
            f"{SIZES}test_what_is_asked_beyond_reason_is_refused",
            "tmf/test_bad_patches.py::test_a_record_cannot_grow_without_end",
        ),
    ),
    Row(
        "1.5.1-1.5.2",
        "No entity of XML and no object is made of what comes in",
        "JSON, CSV, Parquet and YAML by a safe loader; pickles pass between own processes alone",
        "holds",
        (
            f"{ABSENT}test_nothing_unsafe_is_deserialised",
            "capture/test_bad_input.py::test_formulas_and_numbers_stay_the_text_they_are",
        ),
    ),
)
VALIDATION = (
    Row(
        "2.1.1-2.1.3",
        "It is written what a valid value, a valid whole and the limits are",
        "Requirements in a register, compiled; record types, settings and errors in the reference",
        "holds",
        (
            f"{DOCS}test_every_setting_is_documented",
            "requirements/test_applying.py::"
            "test_from_the_moment_it_is_applied_the_doors_hold_to_it",
        ),
    ),
    Row(
        "2.2.1-2.2.3",
        "Input is checked by the service, each value and all together",
        "JSON Schema by type, then conditions between attributes and between records",
        "holds",
        (
            f"{INPUT}test_a_body_is_refused",
            f"{INPUT}test_every_fault_is_told",
            "record/test_period.py::test_two_contracts_of_one_kind_do_not_overlap",
        ),
    ),
    Row(
        "2.3.1",
        "Steps are taken in their order and none is left out",
        "Lifecycles refuse, in code and in the database, steps that there are not",
        "holds",
        (
            "access/grant/test_granting.py::test_steps_that_there_are_not_are_refused",
            "access/test_lifecycle.py::test_no_version_takes_a_step_without_its_decision",
        ),
    ),
    Row(
        "2.3.2, 2.3.4",
        "Limits hold, also for many at once",
        "Quotas are leased from the database; a revision guards each change",
        "holds",
        (
            "access/quota/test_quotas.py::"
            "test_callers_at_once_of_several_services_do_not_overspend",
            "tmf/test_concurrency.py::test_of_changes_at_one_revision_one_is_made",
        ),
    ),
    Row(
        "2.3.3",
        "All of a step happens, or nothing of it",
        "Row, history, links, event and entry are one transaction; proved under kill -9",
        "holds",
        (
            "faults/test_kill.py::test_nothing_acknowledged_is_lost",
            "store/test_database.py::test_a_transaction_is_kept_or_undone_whole",
        ),
    ),
    Row(
        "2.4.1",
        "Who asks too much or guesses is slowed",
        "Quotas by process, purpose and type; unknown ids are counted; guessing waits",
        "holds",
        (
            "access/quota/test_limits.py::test_a_thousand_unknown_ids_in_a_row",
            "access/quota/test_limits.py::"
            "test_rows_of_pages_draw_on_the_quota_and_none_is_told_beyond_it",
        ),
    ),
)
FRONTEND = (
    Row(
        "3.2.1-3.2.2",
        "Nothing is shown as what it is not; text is shown as text",
        "`nosniff` on every answer; files as attachments in a sandbox; no inline script",
        "holds",
        (
            f"{HEADERS}test_every_door_says_it",
            f"{SCREENS}test_a_screen_has_no_style_or_script_within",
        ),
    ),
    Row(
        "3.3.1-3.3.4",
        "Cookies are Secure, HttpOnly, SameSite and of this host alone",
        "`__Host-` names, set by the service, never read by a script; the browser of"
        " the tests refuses any other",
        "holds",
        (
            f"{SIGN_IN}test_a_person_signs_in_and_out",
            f"{SIGN_IN}test_the_session_id_is_new_at_each_sign_in",
        ),
    ),
    Row(
        "3.4.1",
        "HSTS on every answer, for a year",
        "Said wherever callers come by https (`CINV_PUBLIC_URL`)",
        "holds",
        (f"{HEADERS}test_who_comes_over_tls_is_told_to_stay",),
    ),
    Row(
        "3.4.2",
        "Other origins are let in by list alone",
        "No origin is let in",
        "holds",
        (f"{TRANSPORT}test_no_page_of_another_site_is_let_in",),
    ),
    Row(
        "3.4.3, 3.4.5-3.4.6",
        "A policy of content, of referrers and of frames",
        "On every page; answers of APIs are no pages and say so by `nosniff`",
        "holds",
        (
            f"{HEADERS}test_pages_say_what_they_may_load",
            "tmf/test_openapi.py::test_the_page_loads_what_it_needs_from_here",
        ),
    ),
    Row(
        "3.4.4",
        "`nosniff` on every answer",
        "Sent by the server itself, on both ways to answer",
        "holds",
        (f"{HEADERS}test_every_door_says_it",),
    ),
    Row(
        "3.5.1-3.5.3",
        "No page elsewhere acts for a person here",
        "Forms carry a token of their session; SameSite cookies; reading changes nothing",
        "holds",
        (
            f"{SIGN_IN}test_a_form_from_elsewhere_is_refused",
            f"{SCREENS}test_a_form_without_its_tokens_is_refused",
        ),
    ),
    Row(
        "3.5.4",
        "Applications of their own have host names of their own",
        "One application; the guide says to give it a name of its own",
        "operator",
        (f"{PAGES}test_the_guide_tells_of_what_is_left_to_operators",),
    ),
    Row(
        "3.5.5",
        "Messages between windows are checked",
        "None are sent or heard",
        "absent",
        (f"{ABSENT}test_pages_hear_no_messages_and_keep_nothing",),
    ),
    Row(
        "3.7.1-3.7.2",
        "No dead technology; redirects lead where a list says",
        "HTML and one small library; after signing in a person is led inside alone",
        "holds",
        (
            "console/test_work.py::test_nobody_is_led_elsewhere",
            "console/test_assets.py::test_what_is_served_is_what_is_pinned",
        ),
    ),
)
SERVICE = (
    Row(
        "4.1.1",
        "The type of an answer is said and true",
        "Every status, type and body is held to the OpenAPI document by a fuzzer",
        "holds",
        (
            "fuzz/test_fuzz.py::test_no_fault_and_no_answer_that_is_not_described",
            "tmf/test_openapi.py::test_an_answer_is_as_described",
        ),
    ),
    Row(
        "4.1.2",
        "Only pages for people lead from HTTP to HTTPS",
        "The service leads nobody from one to the other",
        "holds",
        (f"{HEADERS}test_nobody_is_led_to_another_scheme",),
    ),
    Row(
        "4.1.3",
        "What proxies say cannot be said by callers",
        "No forwarded header is believed: address and person come from connection and token",
        "holds",
        (f"{TRANSPORT}test_no_header_but_the_token_says_who_calls_and_no_host_is_believed",),
    ),
    Row(
        "4.2.1",
        "Where a request ends is beyond doubt",
        "One parser, two lengths are refused",
        "holds",
        (f"{TRANSPORT}test_a_head_that_says_two_things_smuggles_nothing",),
    ),
    Row(
        "4.3.1-4.3.2",
        "GraphQL is bounded and does not tell of itself",
        "Not served",
        "absent",
        (f"{ABSENT}test_what_is_not_spoken_is_not_imported",),
    ),
    Row(
        "4.4.1-4.4.4",
        "WebSockets are protected as requests are",
        "Not served",
        "absent",
        (f"{ABSENT}test_no_route_is_a_socket",),
    ),
)
HANDLING = (
    Row(
        "5.1.1",
        "It is written which files are taken, how large, and what is done with them",
        "Import and attachments in the how-to and the settings",
        "holds",
        (
            f"{DOCS}test_every_setting_is_documented",
            f"{PAGES}test_the_guide_tells_of_what_is_left_to_operators",
        ),
    ),
    Row(
        "5.2.1-5.2.3",
        "Size, type and unpacked size are checked",
        "By the bytes of the content, before anything is kept; a ratio bounds what unpacks",
        "holds",
        (
            f"{ATTACHED}test_content_is_of_the_type_it_says",
            f"{FILES}test_an_archive_that_brings_more_than_rows_is_refused",
            "api/test_attachment.py::test_too_large_is_refused_without_being_read",
        ),
    ),
    Row(
        "5.3.1-5.3.2",
        "Nothing uploaded is run, and no name of a caller is a path",
        "Content lies encrypted in the database; paths are made here",
        "holds",
        (f"{ATTACHED}test_nothing_of_it_lies_open", f"{FILES}test_no_name_in_an_archive_is_a_path"),
    ),
    Row(
        "5.4.1-5.4.2",
        "A download names its file, in a form that breaks no header",
        "RFC 6266, percent-encoded",
        "holds",
        (
            "api/test_attachment.py::test_a_contract_is_kept_and_fetched",
            f"{FILES}test_no_name_of_a_file_leads_out_of_a_package",
        ),
    ),
    Row(
        "5.4.3",
        "Files are looked over for malware",
        "No scanner is called. Types are few and checked by content; fetched files are attachments"
        " in a sandbox. Scan where files enter or leave",
        "operator",
        (
            f"{ATTACHED}test_content_is_of_the_type_it_says",
            f"{PAGES}test_the_guide_tells_of_what_is_left_to_operators",
        ),
    ),
)
AUTHENTICATION = (
    Row(
        "6.1.1-6.1.3",
        "It is written how guessing is met, and every way to sign in",
        "Password with code, or one's provider; limits are in the how-to",
        "holds",
        (f"{PAGES}test_ways_to_sign_in_are_told",),
    ),
    Row(
        "6.2.1-6.2.3, 6.2.5-6.2.10",
        "Passwords: long, of any characters, as typed, changed with the old one",
        "12 to 200 characters, no mix asked for, no end; a new one needs the one before",
        "holds",
        (
            f"{SIGN_IN}test_an_enrolment_that_will_not_do_changes_nothing",
            f"{ACCOUNT}test_another_password_ends_other_sessions",
        ),
    ),
    Row(
        "6.2.4, 6.2.11-6.2.12",
        "No password that everybody knows, or that was found elsewhere",
        "Too few different characters and one's own name are refused; no list of known passwords"
        " ships, and none is asked for. The second factor is always required",
        "in part",
        (f"{SIGN_IN}test_an_enrolment_that_will_not_do_changes_nothing",),
    ),
    Row(
        "6.3.1",
        "Guessing is slowed and locks out nobody else",
        "By account and place",
        "holds",
        (
            f"{SIGN_IN}test_whoever_guesses_waits_and_nobody_else",
            f"{TOKEN}test_whoever_guesses_waits",
        ),
    ),
    Row(
        "6.3.2",
        "No account is there by default",
        "The first is made on the host, once",
        "holds",
        (f"{SIGN_IN}test_the_first_administrator_and_no_second_by_the_same_way",),
    ),
    Row(
        "6.3.3-6.3.4",
        "Two factors, on every way in",
        "Always a code beside the password; at a"
        " provider that is the provider's matter, as the how-to says",
        "holds",
        (
            f"{SIGN_IN}test_what_is_wrong_is_not_told",
            f"{FLOW}test_who_is_not_linked_or_disabled_does_not_come_in",
        ),
    ),
    Row(
        "6.4.1-6.4.4",
        "First secrets are random and short-lived; nothing lost is got back by knowing answers",
        "A link of 256 bits, good once for 15 minutes; somebody else invites anew",
        "holds",
        (
            f"{SIGN_IN}test_a_link_is_good_once_and_for_a_while",
            f"{SIGN_IN}test_a_recovery_code_is_good_once",
        ),
    ),
    Row(
        "6.5.1-6.5.5",
        "Codes are good once, for a while, random and kept hashed",
        "TOTP (RFC 6238) by step; recovery codes once",
        "holds",
        (
            f"{SIGN_IN}test_a_code_is_good_once",
            f"{SIGN_IN}test_one_code_at_the_same_time_opens_one_session",
            f"{TOKEN}test_no_secret_is_kept_or_shown",
        ),
    ),
    Row(
        "6.6.1-6.6.3",
        "Codes by telephone or mail are guarded",
        "None are sent",
        "absent",
        (f"{ABSENT}test_what_is_not_spoken_is_not_imported",),
    ),
    Row(
        "6.8.1-6.8.2, 6.8.4",
        "Of several providers none speaks for another; what they sign is checked",
        "Linked by issuer and subject; signatures, `nonce` and `iss` are checked",
        "holds",
        (
            f"{FLOW}test_with_several_providers_the_issuer_must_be_named",
            f"{FLOW}test_each_part_tampered_with_is_refused",
        ),
    ),
    Row(
        "6.8.3",
        "SAML assertions are good once",
        "SAML is not spoken",
        "absent",
        (f"{ABSENT}test_what_is_not_spoken_is_not_imported",),
    ),
)
SESSION = (
    Row(
        "7.1.1-7.1.3",
        "It is written how long sessions last and how many there may be",
        "In the page of threats: idle, absolute, any number, each shown to its person",
        "holds",
        (f"{PAGES}test_ways_to_sign_in_are_told",),
    ),
    Row(
        "7.2.1-7.2.4",
        "Sessions are random, made anew at sign-in, checked by the service",
        "256 bits, kept as SHA-256",
        "holds",
        (
            f"{SIGN_IN}test_the_session_id_is_new_at_each_sign_in",
            f"{SECRECY}test_the_database_holds_no_secret",
        ),
    ),
    Row(
        "7.3.1-7.3.2",
        "A session ends when nobody uses it, and at the latest then",
        "Both, checked at each request",
        "holds",
        (f"{SIGN_IN}test_a_session_ends",),
    ),
    Row(
        "7.4.1-7.4.5",
        "Signed out is out; who is disabled is out; others can be ended",
        "At once, in every service",
        "holds",
        (
            f"{SIGN_IN}test_a_person_signs_in_and_out",
            f"{ACCOUNT}test_other_sessions_are_ended",
            f"{ACCOUNT}test_another_password_ends_other_sessions",
        ),
    ),
    Row(
        "7.5.1-7.5.2",
        "What guards an account changes after asking again; sessions are shown",
        "A new password needs the old one; `/account` lists sessions and ends them",
        "holds",
        (
            f"{ACCOUNT}test_another_password_ends_other_sessions",
            f"{ACCOUNT}test_other_sessions_are_ended",
        ),
    ),
    Row(
        "7.6.1-7.6.2",
        "Sessions by a provider end as written, and begin by an act",
        "They last as any; they begin when a person presses the button",
        "holds",
        (
            f"{FLOW}test_a_flow_that_took_too_long_and_a_removed_issuer",
            f"{FLOW}test_a_person_signs_in_at_a_real_provider",
        ),
    ),
)
AUTHORIZATION = (
    Row(
        "8.1.1-8.1.2",
        "It is written who may do what, down to attributes",
        "Grants, scopes and groups of attributes in the how-to; every route names its permission",
        "holds",
        (f"{DOORS}test_every_route_names_one_permission",),
    ),
    Row(
        "8.2.1",
        "Functions are for those who were permitted them",
        "Walked route by route",
        "holds",
        (f"{DOORS}test_every_route_refuses_who_may_not_and_keeps_it",),
    ),
    Row(
        "8.2.2",
        "Records too",
        "The scope is a condition of the statement",
        "holds",
        (
            "access/scope/test_reading.py::test_it_is_as_an_id_that_nobody_has",
            f"{DOORS}test_every_route_answers_what_is_out_of_scope_as_what_is_unknown",
        ),
    ),
    Row(
        "8.2.3",
        "Attributes too, to read and to write",
        "Masks by group, in answers, filters, orders, patches, files, events",
        "holds",
        (
            f"{MASKS}test_no_place_shows_what_is_hidden",
            f"{MASKS}test_hidden_paths_cannot_be_written_and_nothing_is_applied",
        ),
    ),
    Row(
        "8.3.1",
        "The service decides",
        "Guard and statement, never the page",
        "holds",
        (
            f"{DOORS}test_every_route_turns_strangers_away_and_counts_them",
            f"{SCREENS}test_a_screen_is_for_those_who_may_and_leaves_its_entry",
        ),
    ),
    Row(
        "8.4.1",
        "Tenants never meet",
        "One enterprise an installation; scopes part processes",
        "holds",
        ("access/scope/test_writing.py::test_what_is_out_of_scope_is_neither_changed_nor_removed",),
    ),
)
SELF_CONTAINED = (
    Row(
        "9.1.1-9.1.3",
        "Tokens are signed, by listed algorithms, with keys we chose",
        "`none`, confusion, keys in headers and foreign keys are refused",
        "holds",
        (
            f"{TOKEN}test_forged_tokens_are_refused",
            f"{ISSUER}test_a_header_that_brings_its_own_key_is_refused_and_nothing_is_called",
        ),
    ),
    Row(
        "9.2.1-9.2.4",
        "In their time, of their kind, for us alone",
        "`exp`, `nbf`, `typ`, `aud` and the longest life are checked",
        "holds",
        (
            f"{ISSUER}test_forged_tokens_are_refused",
            f"{TOKEN}test_a_token_says_who_and_what_for_and_is_signed_by_a_published_key",
        ),
    ),
)
OAUTH = (
    Row(
        "10.1.1-10.1.2, 10.2.1-10.2.2",
        "The console as a client: state, PKCE, one provider",
        "The code is changed by the service; the browser never has a token",
        "holds",
        (
            f"{FLOW}test_another_browser_a_changed_code_and_a_second_use_are_refused",
            f"{FLOW}test_what_was_asked_holds_no_secret",
        ),
    ),
    Row(
        "10.3.1-10.3.4",
        "The API takes tokens meant for it, and heeds what they say",
        "Audience, purpose, client; people are known by issuer and subject",
        "holds",
        (
            f"{ISSUER}test_a_token_of_an_issuer_acts_for_its_process_and_one_purpose",
            f"{TOKEN}test_a_purpose_that_is_not_held_permits_nothing",
        ),
    ),
    Row(
        "10.4.1-10.4.3, 10.4.6, 10.4.8",
        "Codes, redirects, refresh tokens are guarded",
        "The authorization server gives none: client credentials alone",
        "absent",
        (f"{TOKENS}test_no_other_way_leads_to_a_token",),
    ),
    Row(
        "10.4.4-10.4.5, 10.4.10-10.4.11",
        "A client gets what it needs, and shows who it is",
        "One purpose a token; secret, key or proof of possession; nothing for public clients",
        "holds",
        (
            f"{TOKEN}test_a_scope_is_one_purpose_that_is_held",
            f"{DPOP}test_a_bound_token_opens_with_a_fresh_proof_each_time",
            f"{TOKEN}test_two_methods_at_once_are_refused",
        ),
    ),
    Row(
        "10.4.7",
        "Nobody registers clients unasked",
        "Clients are registered by administrators",
        "absent",
        (
            f"{TOKENS}test_no_other_way_leads_to_a_token",
            f"{TOKEN}test_a_client_belongs_to_a_registered_process_and_has_a_name_of_its_own",
        ),
    ),
    Row(
        "10.4.9",
        "Tokens can be revoked",
        "At once, in every service",
        "holds",
        (f"{TOKEN}test_a_token_ends_at_once",),
    ),
    Row(
        "10.5.1-10.5.4",
        "The sign-in is this one, of this person, of this provider, for us",
        "`nonce`, `sub`, `iss`, `aud` are checked",
        "holds",
        (
            f"{FLOW}test_each_part_tampered_with_is_refused",
            f"{FLOW}test_a_code_of_another_flow_does_not_fit",
        ),
    ),
    Row(
        "10.5.5, 10.6.1-10.6.2, 10.7.1-10.7.3",
        "Logout by the back channel, OpenID provider, consent of users",
        "We are no provider; processes are permitted by owners of the data",
        "absent",
        (f"{ABSENT}test_the_authorization_server_gives_client_credentials_alone",),
    ),
)
CRYPTOGRAPHY = (
    Row(
        "11.1.1-11.1.2",
        "It is written which keys there are, and how they live and die",
        "In the guide and by `cinv db keys`",
        "holds",
        ("cli/test_db_keys.py::test_no_key_is_left_out", f"{PAGES}test_every_key_is_told"),
    ),
    Row(
        "11.2.1-11.2.3",
        "Proven implementations, exchangeable, 128 bits or more",
        "`cryptography`, `argon2-cffi`, `joserfc`; forms carry their version",
        "holds",
        (
            "access/log/test_leaf.py::test_a_form_is_part_of_the_leaf",
            f"{ABSENT}test_no_weak_primitive_is_used",
        ),
    ),
    Row(
        "11.3.1-11.3.3",
        "Authenticated encryption",
        "AES-256-GCM, in parts bound to their place",
        "holds",
        (
            f"{ATTACHED}test_damage_is_told",
            f"{ATTACHED}test_a_part_opens_in_its_place_alone",
            "facilities/backup/test_sealing.py::test_a_changed_bit_is_noticed",
        ),
    ),
    Row(
        "11.4.1-11.4.4",
        "Approved hashes; passwords by a slow one",
        "SHA-256, BLAKE2; Argon2id",
        "holds",
        (
            f"{ABSENT}test_no_weak_primitive_is_used",
            f"{SIGN_IN}test_an_unknown_name_takes_the_same_work",
        ),
    ),
    Row(
        "11.5.1",
        "What must not be guessed is random, 128 bits or more",
        "256 bits",
        "holds",
        (f"{SECRECY}test_tokens_are_random_and_recognisable",),
    ),
    Row(
        "11.6.1",
        "Approved keys and signatures",
        "Ed25519, P-256, RSA of 2048 bits and more",
        "holds",
        (
            f"{TOKEN}test_keys_that_are_none_are_refused",
            "access/log/test_note.py::test_another_key_is_not_trusted",
        ),
    ),
)
COMMUNICATION = (
    Row(
        "12.1.1-12.1.2, 12.2.1-12.2.2",
        "TLS 1.2 or 1.3 with strong suites, always, with certificates others trust",
        "TLS ends before the service: proxy, ingress or mesh. It listens on 127.0.0.1 by default",
        "operator",
        (
            f"{HEADERS}test_who_comes_over_tls_is_told_to_stay",
            "security/test_roles.py::test_it_listens_on_this_machine_alone",
            f"{PAGES}test_the_guide_tells_of_what_is_left_to_operators",
        ),
    ),
    Row(
        "12.1.3",
        "Certificates of clients are checked before they are believed",
        "None are believed: tokens say who calls",
        "absent",
        (f"{TRANSPORT}test_no_header_but_the_token_says_who_calls_and_no_host_is_believed",),
    ),
    Row(
        "12.3.1-12.3.2",
        "What is called outside is called over TLS that is checked",
        "Keys and providers by https alone; callbacks of the name that was checked; brokers with CA",
        "holds",
        (
            f"{ISSUER}test_keys_are_not_fetched_from_inside_nor_in_the_clear",
            "capture/stream/test_secured.py::test_nats_with_tls_and_a_password",
        ),
    ),
    Row(
        "12.3.3-12.3.4",
        "Inside too, with certificates of an authority that is named",
        "The embedded database has a Unix socket and no network; another one by"
        " `sslmode=verify-full`, as the guide says",
        "holds",
        (
            "store/embedded/test_life.py::test_the_server_is_durable_and_has_no_network",
            f"{PAGES}test_the_guide_tells_of_what_is_left_to_operators",
        ),
    ),
)
CONFIGURATION = (
    Row(
        "13.1.1",
        "It is written with whom it talks",
        "By door, in the page of threats",
        "holds",
        (f"{PAGES}test_every_door_is_told",),
    ),
    Row(
        "13.2.1-13.2.3",
        "Services show who they are, with accounts that may little",
        "The database role is no superuser; roles for reports read views alone; no default secret",
        "holds",
        (
            "security/test_roles.py::test_the_service_works_as_a_role_that_may_little",
            "access/reporting/test_wall.py::test_it_can_do_nothing_else",
            "deploy/test_compose.py::test_secrets_are_made_once",
        ),
    ),
    Row(
        "13.2.4-13.2.5",
        "It talks to whom a list names",
        "Inner addresses only if `CINV_CALLBACK_ALLOW` names them; the network policy of the chart",
        "holds",
        (
            "record/event/test_callback.py::test_what_is_allowed_by_configuration_may_be_told",
            f"{CHART}test_the_network_is_closed_but_for_what_is_needed",
        ),
    ),
    Row(
        "13.3.1-13.3.2",
        "Secrets are kept where few can read them",
        "Files of their owner alone, or `_FILE` of a mounted secret; sealed in the database",
        "holds",
        (
            "access/log/test_note.py::test_the_key_is_made_once_and_for_its_owner_alone",
            "kit/test_settings.py::test_a_file_says_what_its_variable_would",
            f"{CHART}test_no_secret_is_in_a_manifest",
        ),
    ),
    Row(
        "13.4.1-13.4.3",
        "No source control, no debugging, no list of a folder",
        "The image is built of named files; faults say no word of why; files are served by name",
        "holds",
        (
            "deploy/test_container.py::test_nothing_but_what_is_named_is_sent_to_the_builder",
            f"{HEADERS}test_no_folder_is_listed",
            "cli/test_logs.py::test_errors_are_told_by_kind_and_place_alone",
        ),
    ),
    Row(
        "13.4.4-13.4.5",
        "No TRACE; documentation and figures are for whom they are meant",
        "405; `CINV_DOCS=off`; figures take a token",
        "holds",
        (
            f"{TRANSPORT}test_a_method_is_what_it_says_in_the_first_line",
            "tmf/test_openapi.py::test_the_page_can_be_switched_off",
            f"{DOORS}test_only_what_is_listed_is_public",
        ),
    ),
)
PROTECTION = (
    Row(
        "14.1.1-14.1.2",
        "What is sensitive is classified, with what that means",
        "Classification, purpose, legal basis, retention by attribute, in the register",
        "holds",
        (
            "requirements/starter/test_shipped.py::test_it_says_of_attributes_what_is_declared_of_them",
            "house/test_holders.py::test_every_table_with_a_subject_in_it_is_held_or_explained",
        ),
    ),
    Row(
        "14.2.1",
        "No secret in addresses",
        "A token in an address is not taken, and in no log",
        "holds",
        (f"{TOKENS}test_a_token_in_an_address_is_in_no_log",),
    ),
    Row(
        "14.2.2, 14.3.2",
        "Nothing of a person stays in caches",
        "Pages and files: `no-store`. Answers of APIs are asked for with `Authorization`, which"
        " shared caches do not keep (RFC 9111 section 3.5)",
        "holds",
        (f"{HEADERS}test_pages_and_files_are_kept_nowhere",),
    ),
    Row(
        "14.2.3",
        "Nothing goes to third parties",
        "No address outside is in any page",
        "holds",
        (
            f"{HEADERS}test_pages_say_what_they_may_load",
            f"{SCREENS}test_a_screen_has_no_style_or_script_within",
        ),
    ),
    Row(
        "14.2.4",
        "What is written is done: retention, masks, erasure",
        "Jobs, and tests that plant values and look for them",
        "holds",
        (
            "record/subject/test_planted.py::test_no_planted_value_is_left",
            "doors/test_masked.py::test_no_route_shows_what_is_masked_and_each_answer_is_kept",
        ),
    ),
    Row(
        "14.3.1, 14.3.3",
        "Browsers keep nothing",
        "No storage is used but cookies: session, notice, language",
        "holds",
        (f"{ABSENT}test_pages_hear_no_messages_and_keep_nothing",),
    ),
)
ARCHITECTURE = (
    Row(
        "15.1.1, 15.2.1",
        "It is written how soon weak components are replaced",
        "In SECURITY.md; a lock by hash; `./run audit` asks the advisories",
        "holds",
        (
            f"{PAGES}test_the_policy_tells_how_soon",
            "deploy/test_container.py::test_what_the_product_needs_is_locked",
        ),
    ),
    Row(
        "15.1.2",
        "There is a bill of materials",
        "`./run sbom`, CycloneDX",
        "holds",
        (f"{SUPPLY}test_the_bill_of_materials_names_everything_the_product_needs",),
    ),
    Row(
        "15.1.3, 15.2.2",
        "What takes long is known and bounded",
        "Statements, bodies, pages, patterns and downloads have limits",
        "holds",
        (
            "store/test_database.py::test_a_statement_that_takes_too_long_is_stopped",
            f"{SIZES}test_callers_who_never_finish_keep_nobody_waiting",
            "store/test_lane.py::test_a_full_lane_refuses_at_once",
        ),
    ),
    Row(
        "15.2.3",
        "Nothing that production does not need",
        "Tests are not in the wheel; the sandbox is declared, and found where people decide",
        "holds",
        (
            f"{SUPPLY}test_the_wheel_has_the_product_alone",
            "access/test_sandbox.py::test_what_is_permitted_directly_is_refused_in_production",
        ),
    ),
    Row(
        "15.3.1, 15.3.3",
        "No more attributes go out or come in than meant",
        "Masks; ids, revisions and states are not taken from bodies",
        "holds",
        (
            "access/negative/test_properties.py::"
            "test_what_is_said_of_a_record_is_not_taken_from_its_body",
            f"{MASKS}test_without_groups_nothing_but_what_names_a_record_is_shown",
        ),
    ),
    Row(
        "15.3.2",
        "Redirects outside are not followed",
        "None are",
        "holds",
        ("record/event/test_dispatcher.py::test_a_redirect_is_not_followed",),
    ),
    Row(
        "15.3.4",
        "The address of a caller is true",
        "That of the connection; behind a proxy the proxy's, as the guide says",
        "holds",
        (f"{TRANSPORT}test_no_header_but_the_token_says_who_calls_and_no_host_is_believed",),
    ),
    Row(
        "15.3.5-15.3.7",
        "No confusion of types, no polluted prototypes or parameters",
        "Strict types in Python and schema; a parameter twice is refused or a list by its meaning",
        "holds",
        (
            f"{BAD}test_a_request_is_refused",
            f"{SIZES}test_a_member_that_is_there_twice_is_there_once",
            f"{ABSENT}test_pages_hear_no_messages_and_keep_nothing",
        ),
    ),
)
LOGGING = (
    Row(
        "16.1.1",
        "It is written what is logged, where, how long",
        "Ledger, service log, events: in the page of threats",
        "holds",
        (f"{PAGES}test_every_log_is_told",),
    ),
    Row(
        "16.2.1-16.2.2",
        "Who, what, when, whence, in UTC",
        "One form of entry",
        "holds",
        (
            "access/test_ledger.py::test_an_entry_is_read_as_it_was_written",
            "kit/test_clock.py::test_now_is_in_utc",
        ),
    ),
    Row(
        "16.2.3-16.2.5",
        "To known places, in a common form, without secrets",
        "Standard error as text or JSON; values and secrets are left out",
        "holds",
        (
            "cli/test_logs.py::test_secrets_and_addresses_are_left_out",
            f"{SECRECY}test_neither_logs_nor_answers_hold_a_secret",
        ),
    ),
    Row(
        "16.3.1-16.3.3",
        "Sign-ins, refusals and attempts are logged",
        "Every decision is an entry; strangers are counted by source and minute",
        "holds",
        (
            f"{DOORS}test_every_route_refuses_who_may_not_and_keeps_it",
            f"{DOORS}test_every_route_turns_strangers_away_and_counts_them",
            f"{SIGN_IN}test_what_is_wrong_is_not_told",
        ),
    ),
    Row(
        "16.3.4",
        "Faults and failing controls are logged",
        "With kind and place; a ledger that cannot be written stops the answer",
        "holds",
        (
            "tmf/test_ledger.py::test_nothing_is_told_when_the_entry_cannot_be_kept",
            "cli/test_logs.py::test_errors_are_told_by_kind_and_place_alone",
        ),
    ),
    Row(
        "16.4.1",
        "No line of a log is made by a caller",
        "Lines are escaped",
        "holds",
        (f"{TRANSPORT}test_lines_in_what_is_said_make_no_lines_elsewhere",),
    ),
    Row(
        "16.4.2-16.4.3",
        "Logs cannot be changed, and leave the machine",
        "Sealed by Merkle checkpoints; anchors to files and syslog elsewhere",
        "holds",
        (
            f"{SEALING}test_tampering_is_found_and_named",
            f"{SEALING}test_a_log_rewritten_and_signed_anew_differs_from_its_anchor",
        ),
    ),
    Row(
        "16.5.1",
        "Faults tell callers nothing of the inside",
        "An id to ask by, no word of why",
        "holds",
        (
            "store/test_failures.py::test_a_real_refusal_does_not_quote_the_value",
            "kit/test_errors.py::test_an_error_says_what_where_and_what_to_do",
        ),
    ),
    Row(
        "16.5.2-16.5.3",
        "What fails, fails closed and comes back",
        "503 without the ledger or the database; `./run prove` breaks everything under load",
        "holds",
        (
            "access/quota/test_quotas.py::test_without_the_database_nobody_is_let_through",
            "record/event/test_dispatcher.py::test_the_database_may_go_away_meanwhile",
        ),
    ),
)
WEBRTC = (
    Row(
        "17.1.1, 17.2.1-17.2.4, 17.3.1-17.3.2",
        "WebRTC is protected",
        "Not served",
        "absent",
        (f"{ABSENT}test_what_is_not_spoken_is_not_imported",),
    ),
)

CHAPTERS = (
    ("V1 Encoding and sanitisation", ENCODING),
    ("V2 Validation and business logic", VALIDATION),
    ("V3 Web frontend", FRONTEND),
    ("V4 API and web service", SERVICE),
    ("V5 Files", HANDLING),
    ("V6 Authentication", AUTHENTICATION),
    ("V7 Sessions", SESSION),
    ("V8 Authorization", AUTHORIZATION),
    ("V9 Self-contained tokens", SELF_CONTAINED),
    ("V10 OAuth and OpenID Connect", OAUTH),
    ("V11 Cryptography", CRYPTOGRAPHY),
    ("V12 Communication", COMMUNICATION),
    ("V13 Configuration", CONFIGURATION),
    ("V14 Data protection", PROTECTION),
    ("V15 Coding and architecture", ARCHITECTURE),
    ("V16 Logging and errors", LOGGING),
    ("V17 WebRTC", WEBRTC),
)
ROWS = tuple(row for _, rows in CHAPTERS for row in rows)
HEAD = """# ASVS, level 2

The OWASP Application Security Verification Standard 5.0 up to level 2, by its own numbers, in words of
our own. Each line says what is so here and which tests hold it; `tests/security/test_tables.py` fails
when a line is empty, a number of the standard is missing, or a test is not there. *Nothing of it
here* is held by tests too: they fail when it comes in. *Left to operators* is told in the
[guide](hardening.md).

Lines: {counted}.
"""


def page() -> str:
    """Return the page for readers."""
    parts = [HEAD.format(counted=counted(ROWS))]
    parts += [f"## {title}\n\n{table(rows)}\n" for title, rows in CHAPTERS]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
