"""The door of the TM Forum Open APIs: one small module an API, one engine for all."""
