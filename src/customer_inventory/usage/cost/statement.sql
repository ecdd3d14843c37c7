-- name: statements_of
-- The statement of a month and its corrections, in order.
SELECT
    s.month,
    s.number,
    s.currency,
    s.pools,
    s.declaration,
    s.place,
    s.sha256,
    s.process,
    s.person,
    s.closed_at
FROM usage.statement AS s
WHERE s.month = $1
ORDER BY s.number;

-- name: every_statement
-- All statements and corrections there are, latest month first.
SELECT
    s.month,
    s.number,
    s.currency,
    s.declaration,
    s.process,
    s.person,
    s.closed_at
FROM usage.statement AS s
ORDER BY s.month DESC, s.number ASC;

-- name: keep_statement
-- A month is closed, or corrected.
INSERT INTO usage.statement (
    month, number, currency, pools, declaration, place, sha256, process, person
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: keep_allocations
-- Parts of pools, line by line.
INSERT INTO usage.allocation (
    month, number, line, pool, share, process, purpose, cost_centre, driver, quantity, amount
)
SELECT
    $1,
    $2,
    l.line,
    l.pool,
    l.share,
    l.process,
    l.purpose,
    l.cost_centre,
    l.driver,
    l.quantity,
    l.amount
FROM
    unnest(
        $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::numeric[], $11::bigint[]
    ) AS l (line, pool, share, process, purpose, cost_centre, driver, quantity, amount);

-- name: keep_charges
-- What processes are charged, line by line.
INSERT INTO usage.charge (
    month, number, line, process, purpose, cost_centre, meter, quantity, per, price, amount
)
SELECT
    $1,
    $2,
    l.line,
    l.process,
    l.purpose,
    l.cost_centre,
    l.meter,
    l.quantity,
    l.per,
    l.price,
    l.amount
FROM
    unnest(
        $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::bigint[],
        $10::numeric[], $11::numeric[]
    ) AS l (line, process, purpose, cost_centre, meter, quantity, per, price, amount);

-- name: allocations_of
-- The parts of pools that a statement or correction has.
SELECT
    a.pool,
    a.share,
    a.process,
    a.purpose,
    a.cost_centre,
    a.driver,
    a.quantity,
    a.amount
FROM usage.allocation AS a
WHERE a.month = $1 AND a.number = $2
ORDER BY a.line;

-- name: charges_of
-- What a statement or correction charges.
SELECT
    c.process,
    c.purpose,
    c.cost_centre,
    c.meter,
    c.quantity,
    c.per,
    c.price,
    c.amount
FROM usage.charge AS c
WHERE c.month = $1 AND c.number = $2
ORDER BY c.line;
