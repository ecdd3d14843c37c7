"""Access: who may do what to customer data, and the ledger of who did."""
