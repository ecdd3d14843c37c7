-- name: hidden_extensions
-- Extensions made by a session without a server: their numbers are those of the server's own
-- things, which no dump holds.
SELECT e.extname AS name
FROM pg_extension AS e
WHERE e.oid < 16384 AND e.extname <> 'plpgsql'
ORDER BY e.extname;

-- name: outdated_extensions
-- Extensions that are older than what the server brings.
SELECT a.name
FROM pg_available_extensions AS a
WHERE a.installed_version <> a.default_version
ORDER BY a.name;
