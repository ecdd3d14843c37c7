-- Reporting roles: who reads through views of the database itself, under which grant, and when
-- depends: 0035-choice

-- migrate: apply
SET LOCAL lock_timeout = '3s';

-- A role of the server that reads views made for what a process may download for a purpose.
-- `made_of` is what they were made of: once that is anything else, they show nothing.
CREATE TABLE access.reporting (
    role text PRIMARY KEY CONSTRAINT reporting_role CHECK (role ~ '^cinv_report_[a-z0-9_]+$'),
    process text NOT NULL REFERENCES access.process (id),
    purpose text NOT NULL,
    record_types text[] NOT NULL,
    made_of text NOT NULL,
    valid_to timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);

-- That a role read a view: written by the view itself, taken into the ledger by a job.
CREATE TABLE access.reporting_access (
    role text NOT NULL,
    process text NOT NULL,
    purpose text NOT NULL,
    record_type text NOT NULL,
    at timestamptz NOT NULL,
    source text
);
CREATE INDEX reporting_access_at ON access.reporting_access (at);

CREATE FUNCTION access.reporting_made_of(of_process text, for_purpose text)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat_ws(
        '|',
        (SELECT p.state FROM access.process AS p WHERE p.id = of_process),
        (SELECT u::text FROM access.purpose AS u WHERE u.code = for_purpose),
        (
            SELECT string_agg(q::text, '|' ORDER BY q.record_type)
            FROM access.permission AS q
            WHERE q.process = of_process AND q.purpose = for_purpose
        )
    ))
$$;

-- Asked once by every statement that reads a view of a role: whether what it was made of is in
-- force, in the moment in which it is asked. It runs as the owner; who asks is who connected.
CREATE FUNCTION access.reporting_gate(of_role text, for_type text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known access.reporting;
BEGIN
    IF session_user <> of_role THEN
        RETURN FALSE;
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'reporting reads committed data alone',
            HINT = 'Begin the transaction without another isolation level.';
    END IF;
    SELECT r.* INTO known FROM access.reporting AS r WHERE r.role = of_role;
    IF known.role IS NULL
        OR known.valid_to <= clock_timestamp()
        OR known.made_of <> access.reporting_made_of(known.process, known.purpose)
        OR NOT EXISTS (
            SELECT FROM access.permission AS q
            INNER JOIN access.process AS p ON q.process = p.id
            WHERE
                q.process = known.process AND q.purpose = known.purpose AND p.state = 'active'
                AND q.record_type IN (for_type, '*') AND 'download' = ANY(q.operations)
                AND q.valid_from <= clock_timestamp()
                AND (q.valid_to IS NULL OR q.valid_to > clock_timestamp())
        )
    THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'what this role was granted has ended, or is not what it was',
            HINT = 'The operator of the inventory can make its views anew.';
    END IF;
    INSERT INTO access.reporting_access (role, process, purpose, record_type, at, source)
    VALUES (
        of_role, known.process, known.purpose, for_type, clock_timestamp(),
        host(inet_client_addr())
    );
    -- This stays when the reader rolls back.
    RAISE LOG 'reporting: % reads % for % of %', of_role, for_type, known.purpose, known.process;
    RETURN TRUE;
END
$$;
REVOKE EXECUTE ON FUNCTION access.reporting_gate FROM public;
REVOKE EXECUTE ON FUNCTION access.reporting_made_of FROM public;

-- migrate: rollback
DROP FUNCTION access.reporting_gate;
DROP FUNCTION access.reporting_made_of;
DROP TABLE access.reporting_access;
DROP TABLE access.reporting;
