"""Time: what a record was, in the business (*as of*) and in our knowledge (*known at*)."""
