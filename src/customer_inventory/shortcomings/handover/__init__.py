"""Shortcomings handed over to whoever mends them, as tickets with their proof."""
