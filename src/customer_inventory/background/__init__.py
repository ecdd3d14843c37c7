"""What the rooms do in the background, and when."""
