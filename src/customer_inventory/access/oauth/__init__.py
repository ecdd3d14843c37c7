"""The embedded OAuth 2 authorization server: processes show who they are and get tokens."""
