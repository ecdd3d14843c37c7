-- name: add_ticket
-- A shortcoming handed over; what came before about the same, and is over, is followed.
INSERT INTO shortcomings.ticket (
    id, fingerprint, kind, place, status, document, dossier, follows, process, person, raised_at,
    changed_at
)
SELECT
    $1,
    $2,
    $3,
    $4,
    'acknowledged',
    $5::text::json,
    $6::text::json,
    (
        SELECT t.id FROM shortcomings.ticket AS t
        WHERE t.fingerprint = $2 AND t.kind = $3
        ORDER BY t.raised_at DESC
        LIMIT 1
    ),
    $7,
    $8,
    $9,
    $9
ON CONFLICT (fingerprint, kind) WHERE status NOT IN ('closed', 'rejected', 'cancelled') DO NOTHING
RETURNING id;

-- name: tickets
-- Tickets by id, by shortcoming, in statuses, at a place: those raised last first, after one.
SELECT
    t.id,
    t.fingerprint,
    t.kind,
    t.place,
    t.status,
    t.document,
    t.dossier,
    t.follows,
    t.remote_id,
    t.remote_href,
    t.remote_status,
    t.process,
    t.person,
    t.raised_at,
    t.changed_at
FROM shortcomings.ticket AS t
WHERE
    ($1::text IS NULL OR t.id = $1)
    AND ($2::text IS NULL OR t.fingerprint = $2)
    AND ($3::text[] IS NULL OR t.status = any($3))
    AND ($4::text IS NULL OR t.kind = $4)
    AND ($5::text IS NULL OR t.place = $5)
    AND (
        $6::text IS NULL
        OR (t.raised_at, t.id)
        < (
            SELECT b.raised_at, b.id FROM shortcomings.ticket AS b
            WHERE b.id = $6
        )
    )
ORDER BY t.raised_at DESC, t.id DESC
LIMIT $7;

-- name: hold_ticket
-- Hold a ticket for whoever changes it, to the end of the transaction.
SELECT t.id
FROM shortcomings.ticket AS t
WHERE t.id = $1
FOR UPDATE;

-- name: change_ticket
-- A ticket in another status, or with another document.
UPDATE shortcomings.ticket AS t
SET status = $2, document = $3, changed_at = $4
WHERE t.id = $1;

-- name: ticket_steps
-- What became of tickets, in order.
SELECT
    s.ticket,
    s.number,
    s.at,
    s.status,
    s.reason,
    s.is_theirs,
    s.process,
    s.person
FROM shortcomings.ticket_step AS s
WHERE s.ticket = any($1::text[])
ORDER BY s.number;

-- name: add_step
-- What became of a ticket.
INSERT INTO shortcomings.ticket_step (ticket, at, status, reason, process, person, is_theirs)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: delivered
-- What a ticket is called where it was handed over to, and its status there.
UPDATE shortcomings.ticket AS t
SET remote_id = $2, remote_href = $3, remote_status = coalesce($4, t.remote_status)
WHERE t.id = $1;

-- name: by_remote_id
-- The ticket that is called so where it was handed over to.
SELECT t.id
FROM shortcomings.ticket AS t
WHERE t.remote_id = $1
ORDER BY t.raised_at DESC
LIMIT 1;
