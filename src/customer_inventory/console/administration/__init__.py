"""Administration: people, settings, who listens to events."""
