-- name: may_change_lists
-- Whether a person has one of some capacities now, or this is a sandbox.
SELECT
    EXISTS (
        SELECT FROM access.person_capacity AS c
        WHERE
            c.person = $1
            AND c.capacity = ANY($2::text[])
            AND c.valid_from <= now()
            AND (c.valid_to IS NULL OR c.valid_to > now())
    )
    OR EXISTS (
        SELECT FROM access.installation AS i
        WHERE i.kind = 'sandbox'
    );

-- name: bound_to_list
-- The grants in force or under way, and permissions without a grant, that are bound to a list.
SELECT g.id AS name
FROM access.process_grant AS g
WHERE
    g.state IN ('requested', 'reviewed', 'approved', 'active')
    AND jsonb_path_exists(
        g.terms, '$.*.scope.**.list ? (@ == $name)', jsonb_build_object('name', $1::text)
    )
UNION ALL
SELECT p.process || ' for ' || p.purpose
FROM access.permission AS p
WHERE
    p.grant_id IS NULL
    AND jsonb_path_exists(
        p.terms, '$.scope.**.list ? (@ == $name)', jsonb_build_object('name', $1::text)
    )
LIMIT 20;
