"""Roles of the database that read views, for a registered process and purpose."""
