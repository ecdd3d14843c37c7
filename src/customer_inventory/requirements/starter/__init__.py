"""The register that ships with the product: a file a record type, and how it comes to be held."""
