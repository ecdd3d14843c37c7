"""The package of a subject: all that is held of it, to be read and to be carried elsewhere."""
