-- name: statements
-- Statements of this database that are slow and frequent, by text, in which no value stands.
SELECT
    coalesce(
        substring(s.query FROM '^\(*\w+ /\* ([a-z][a-z0-9_]*) \*/'),
        'statement ' || min(s.queryid)
    ) AS name,
    s.query AS text,
    sum(s.calls)::bigint AS calls,
    sum(s.total_exec_time) / sum(s.calls) AS mean
FROM public.pg_stat_statements AS s
WHERE
    s.dbid = (
        SELECT d.oid FROM pg_database AS d
        WHERE d.datname = current_database()
    )
    AND s.queryid IS NOT NULL
    AND s.query ~* '^\(*(select|with|update|delete)'
GROUP BY s.query
HAVING sum(s.calls) >= $1 AND sum(s.total_exec_time) / sum(s.calls) >= $2
ORDER BY sum(s.total_exec_time) DESC
LIMIT $3;

-- name: ask_for_plan
-- Say which statement is to be planned; it is read where it is planned.
SELECT set_config('cinv.statement', $1, TRUE);

-- name: plan
-- Plan the statement for whatever values it is given; it is not run.
DO $do$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) ' || current_setting('cinv.statement')
    INTO plan;
    PERFORM set_config('cinv.plan', plan::text, true);
EXCEPTION WHEN OTHERS THEN
    -- What cannot be planned by its text is no failure of anybody.
    PERFORM set_config('cinv.plan', 'null', true);
END
$do$;

-- name: planned
-- The plan that was made.
SELECT current_setting('cinv.plan')::json;

-- name: table_of
-- A table as advice has to know it: how large, how often written, and which columns indexes begin
-- with; columns that are too wide for an index, and those of few values, by which none may begin.
SELECT
    c.oid,
    c.reltuples::float8 AS rows,
    c.relispartition AS is_part,
    coalesce(t.n_tup_ins + t.n_tup_upd + t.n_tup_del, 0) AS written,
    ARRAY(
        SELECT
            (
                SELECT string_agg(quote_ident(a.attname), ',' ORDER BY k.place)
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                INNER JOIN pg_attribute AS a ON k.attnum = a.attnum AND a.attrelid = c.oid
                WHERE k.place <= i.indnkeyatts
            )
        FROM pg_index AS i
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    ) AS indexed,
    ARRAY(
        SELECT quote_ident(s.attname::text)
        FROM pg_stats AS s
        WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.avg_width > 500
    ) AS wide,
    ARRAY(
        SELECT quote_ident(s.attname::text)
        FROM pg_stats AS s
        WHERE
            s.schemaname = n.nspname
            AND s.tablename = c.relname
            AND s.n_distinct BETWEEN 0 AND 50
    ) AS common
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_stat_user_tables AS t ON c.oid = t.relid
WHERE c.oid = to_regclass($1) AND c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%';

-- name: hypopg_schema
-- Where the extension is that knows hypothetical indexes, if it is.
SELECT n.nspname
FROM pg_extension AS e
INNER JOIN pg_namespace AS n ON e.extnamespace = n.oid
WHERE e.extname = 'hypopg';
