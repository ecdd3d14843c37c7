-- name: common_keys
-- The keys that very many records of a type have, as the server remembers from its last look.
WITH element AS (
    SELECT
        s.tablename,
        unnest(s.most_common_elems::text::text[]) AS key,
        unnest(s.most_common_elem_freqs) AS share
    FROM pg_stats AS s
    WHERE s.schemaname = 'record' AND s.attname = 'keys'
)

SELECT
    e.tablename,
    e.key,
    (e.share * c.reltuples)::bigint AS records
FROM element AS e
INNER JOIN pg_class AS c
    ON e.tablename = c.relname AND c.relnamespace = 'record'::regnamespace
WHERE e.key IS NOT NULL AND e.share * c.reltuples > $1;
