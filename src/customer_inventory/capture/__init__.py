"""Capture: files of other systems become records, by a declared mapping, and nothing is lost.

`importing.import_file` is the job; `mapping.read_mapping` says what a mapping may declare.
"""
