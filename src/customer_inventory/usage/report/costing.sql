-- name: closed_costs
-- What closed months before an instant cost, by what their last statement or correction says.
SELECT DISTINCT ON (s.month)
    s.month,
    s.currency,
    s.pools
FROM usage.statement AS s
WHERE s.month < $1
ORDER BY s.month DESC, s.number DESC
LIMIT $2;
