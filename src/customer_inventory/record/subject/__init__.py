"""The rights of a subject: what is held of it, erased, kept from erasure, handed over."""
