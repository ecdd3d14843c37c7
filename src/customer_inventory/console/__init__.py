"""The web console: server-rendered pages for people who sign in."""
