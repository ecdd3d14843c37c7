"""What must be known of customers, declared once, and everything that follows from it."""
