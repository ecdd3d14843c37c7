-- name: size_of_trial
-- What an index takes.
SELECT pg_relation_size(to_regclass($1));

-- name: draw
-- Values of a column, of rows that lie anywhere. {table}, {drawn}: quoted.
SELECT {drawn} FROM {table} TABLESAMPLE SYSTEM (5)
WHERE {drawn} IS NOT NULL
LIMIT $1;

-- name: columns_of
-- The columns of a table that are written, quoted.
SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_attribute AS a
WHERE
    a.attrelid = to_regclass($1)
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND a.attgenerated = '';

-- name: like
-- A table like another, with its indexes. {twin}, {table}: quoted.
CREATE TABLE {twin} (LIKE {table} INCLUDING ALL);

-- name: copy
-- Rows of a table into the one like it. {twin}, {table}, {written}: quoted.
INSERT INTO {twin} ({written}) OVERRIDING SYSTEM VALUE
SELECT {written} FROM {table}
LIMIT $1;
