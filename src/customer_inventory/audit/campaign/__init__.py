"""Audit campaigns: people compare a sample of records with the world; a level is judged by it."""
