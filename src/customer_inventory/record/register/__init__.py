"""What the register of requirements demands of records, as the engine reads it.

The room `requirements` compiles what it has approved into an edition. The one in force is kept
here, and every reader of a declaration (checks, facets, OpenAPI documents) reads through it.
"""
