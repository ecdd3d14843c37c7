-- What permits names itself, for the ledger; downloads remember what their process was shown
-- depends: 0024-access-care 0021-download

-- migrate: apply
SET LOCAL lock_timeout = '3s';

DROP FUNCTION access.in_force;

-- What a process may do for a purpose now, on which terms, by which rule (the grant or the broken
-- glass; none where nobody granted), and when next time changes any of it.
CREATE FUNCTION access.in_force(of_process text, for_purpose text)
RETURNS TABLE (changes_at timestamptz, permissions json, terms json, rules json)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT
        min(CASE WHEN q.valid_from > now() THEN q.valid_from ELSE q.valid_to END)
        FILTER (WHERE q.valid_from > now() OR q.valid_to > now()),
        coalesce(
            json_object_agg(q.record_type, array_to_json(q.operations))
            FILTER (WHERE q.valid_from <= now() AND (q.valid_to IS NULL OR q.valid_to > now())),
            '{}'::json
        ),
        coalesce(
            json_object_agg(q.record_type, q.terms)
            FILTER (
                WHERE q.valid_from <= now()
                AND (q.valid_to IS NULL OR q.valid_to > now())
                AND q.terms <> '{}'
            ),
            '{}'::json
        ),
        coalesce(
            json_object_agg(
                q.record_type,
                coalesce('grant ' || q.grant_id, 'breakGlass ' || q.break_glass_id)
            )
            FILTER (
                WHERE q.valid_from <= now()
                AND (q.valid_to IS NULL OR q.valid_to > now())
                AND num_nonnulls(q.grant_id, q.break_glass_id) > 0
            ),
            '{}'::json
        )
    FROM access.permission AS q
    WHERE q.process = of_process AND q.purpose = for_purpose
$$;

-- A hash of what the process was shown of the records when the file was made.
ALTER TABLE access.download ADD COLUMN shown_sha256 bytea
CONSTRAINT download_shown CHECK (octet_length(shown_sha256) = 32);

-- migrate: rollback
ALTER TABLE access.download DROP COLUMN shown_sha256;
DROP FUNCTION access.in_force;
CREATE FUNCTION access.in_force(of_process text, for_purpose text)
RETURNS TABLE (changes_at timestamptz, permissions json, terms json)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT
        min(CASE WHEN q.valid_from > now() THEN q.valid_from ELSE q.valid_to END)
        FILTER (WHERE q.valid_from > now() OR q.valid_to > now()),
        coalesce(
            json_object_agg(q.record_type, array_to_json(q.operations))
            FILTER (WHERE q.valid_from <= now() AND (q.valid_to IS NULL OR q.valid_to > now())),
            '{}'::json
        ),
        coalesce(
            json_object_agg(q.record_type, q.terms)
            FILTER (
                WHERE q.valid_from <= now()
                AND (q.valid_to IS NULL OR q.valid_to > now())
                AND q.terms <> '{}'
            ),
            '{}'::json
        )
    FROM access.permission AS q
    WHERE q.process = of_process AND q.purpose = for_purpose
$$;
