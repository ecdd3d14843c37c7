"""The door of the rooms' own management API, `/inventory/v1`: one small module a subject."""
