-- name: decide
-- A shortcoming in another state.
UPDATE shortcomings.shortcoming AS s
SET state = $2, snoozed_until = $3
WHERE s.fingerprint = $1;

-- name: reopen
-- A shortcoming that was said to be mended, and measured as it is.
UPDATE shortcomings.shortcoming AS s
SET
    state = 'reopened',
    last_value = $2,
    snoozed_until = NULL,
    times_reopened = s.times_reopened + 1,
    false_fixes = s.false_fixes + 1
WHERE s.fingerprint = $1;

-- name: close
-- A shortcoming that was mended: what it was, was promised to be, and is.
UPDATE shortcomings.shortcoming AS s
SET
    state = 'closed',
    before_value = s.value,
    last_value = $2,
    promised_value = coalesce(s.promised_value, $3),
    verified_at = $4,
    evidence = 're-measured after the fix',
    snoozed_until = NULL
WHERE s.fingerprint = $1;

-- name: promise
-- What a fix of a shortcoming is promised to come to.
UPDATE shortcomings.shortcoming AS s
SET promised_value = $2
WHERE s.fingerprint = $1;
