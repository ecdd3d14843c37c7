"""Reports as people read them: one style sheet, one layout, charts, and the files they become."""
