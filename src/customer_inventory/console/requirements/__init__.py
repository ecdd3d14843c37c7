"""Requirements: the register, one of them, changes, gaps, and which process needs which."""
