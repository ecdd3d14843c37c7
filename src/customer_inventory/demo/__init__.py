"""Believable telecom customers made up for trying the inventory out.

`generate.generate` yields them as TM Forum v5 documents, the same for the same seed.
"""
