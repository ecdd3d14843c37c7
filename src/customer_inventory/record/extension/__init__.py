"""Extensions of record types: schemas that callers registered, and documents checked by them.

A document may extend its type (`@baseType`, `@schemaLocation`; TMF630 polymorphism). What nobody
registered a schema for is accepted and kept; nothing is ever fetched from where a document points.
"""
