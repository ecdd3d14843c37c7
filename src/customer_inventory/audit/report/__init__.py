"""The quality report: a page that an owner of data understands without help."""
