"""Cost: declared pools and rates, shared out to who caused them, to the cent."""
