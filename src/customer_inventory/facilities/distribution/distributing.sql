-- name: own_database
-- The name of the database, quoted, if whoever is connected owns it.
SELECT quote_ident(d.datname) AS name
FROM pg_database AS d
WHERE d.datname = current_database() AND pg_has_role(d.datdba, 'USAGE');
