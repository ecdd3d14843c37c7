"""What month reports hold of subjects: nothing, and why."""

EXPLAINED = {
    "monthly.delivery": "which reports of counts and sums were delivered to whom; no customers",
}
