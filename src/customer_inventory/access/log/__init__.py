"""The ledger sealed: a Merkle log of its entries (RFC 6962), with signed checkpoints."""
