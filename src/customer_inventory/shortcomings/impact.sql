-- name: tables_of
-- The table that each object is, or is of: an index, a sequence that a column draws from, a column.
SELECT
    o.object,
    format('%I.%I', n.nspname, t.relname) AS relation
FROM unnest($1::text[], $2::text[], $3::text[]) AS o (object, room, name)
INNER JOIN pg_namespace AS s ON o.room = s.nspname
INNER JOIN pg_class AS c ON s.oid = c.relnamespace AND o.name = c.relname
LEFT JOIN pg_index AS i ON c.oid = i.indexrelid
LEFT JOIN pg_depend AS d
    ON
        c.oid = d.objid AND c.relkind = 'S' AND d.deptype IN ('a', 'i')
        AND d.classid = 'pg_class'::regclass
INNER JOIN pg_class AS t ON t.oid = coalesce(i.indrelid, d.refobjid, c.oid)
INNER JOIN pg_namespace AS n ON t.relnamespace = n.oid;

-- name: keep_impact
-- What shortcomings mean for the business.
UPDATE shortcomings.shortcoming AS s
SET impact = n.impact
FROM unnest($1::text[], $2::json[]) AS n (fingerprint, impact)
WHERE s.fingerprint = n.fingerprint;
