"""People: accounts, how they show who they are, sessions, tokens in their name."""
