-- name: lease
-- Take so much of a budget as is wanted and left of it, in the window that began then. A service
-- whose clock is behind takes of the window that the others are in.
INSERT INTO access.quota AS q (process, purpose, record_type, budget, began, taken, leased)
VALUES ($1, $2, $3, $4, $5, least($6::bigint, $7::bigint), least($6, $7))
ON CONFLICT (process, purpose, record_type, budget) DO UPDATE
    SET
        began = greatest(q.began, excluded.began),
        taken = CASE
            WHEN q.began < excluded.began THEN excluded.taken
            ELSE greatest(q.taken, least(q.taken + $6, $7))
        END,
        leased = CASE
            WHEN q.began < excluded.began THEN excluded.leased
            ELSE greatest(0, least($6, $7 - q.taken))
        END
RETURNING q.taken, q.leased;
