"""Which records a caller is shown, by a rule over what is declared of them."""
