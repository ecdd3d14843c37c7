"""Use and cost: who used what when, what stood out, what it cost, budgets, reports of a month."""
