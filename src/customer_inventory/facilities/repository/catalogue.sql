-- name: hold_catalogue
-- One at a time changes the catalogue.
SELECT pg_advisory_xact_lock(hashtextextended('facilities.repository', 0));

-- name: repositories
-- Repositories as they are declared, by name; withdrawn ones too where $1.
SELECT
    r.name,
    r.version,
    r.is_withdrawn,
    r.content,
    r.declared_at
FROM facilities.repository AS r
WHERE $1 OR NOT r.is_withdrawn
ORDER BY r.name;

-- name: versions
-- What was declared of a repository, latest first.
SELECT
    v.version,
    v.action,
    v.content,
    v.process,
    v.person,
    v.reason,
    v.at
FROM facilities.repository_version AS v
WHERE v.name = $1
ORDER BY v.version DESC;

-- name: declare
-- A repository as it is declared from now on, and the version that says so.
WITH declared AS (
    INSERT INTO facilities.repository AS r (name, version, content)
    VALUES ($1, 1, $2::json)
    ON CONFLICT (name) DO UPDATE
        SET
            version = r.version + 1,
            is_withdrawn = FALSE,
            content = excluded.content,
            declared_at = now()
    RETURNING r.name, r.version, r.content
)

INSERT INTO facilities.repository_version (name, version, action, content, process, person, reason)
SELECT
    d.name,
    d.version,
    'declared',
    d.content,
    $3,
    $4,
    $5
FROM declared AS d;

-- name: withdraw
-- A repository that is declared no more, and the version that says so.
WITH withdrawn AS (
    UPDATE facilities.repository AS r
    SET version = r.version + 1, is_withdrawn = TRUE, declared_at = now()
    WHERE r.name = $1 AND NOT r.is_withdrawn
    RETURNING r.name, r.version, r.content
)

INSERT INTO facilities.repository_version (name, version, action, content, process, person, reason)
SELECT
    w.name,
    w.version,
    'withdrawn',
    w.content,
    $2,
    $3,
    $4
FROM withdrawn AS w;
