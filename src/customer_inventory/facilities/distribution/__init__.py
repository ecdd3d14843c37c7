"""The inventory distributed over nodes by Citus: what lies where, and how it gets there."""
