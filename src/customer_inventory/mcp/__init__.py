"""A door for agents: tools of the Model Context Protocol, over the API as everybody else.

An agent is a registered process with a grant for one purpose. Its tools call the HTTP API with the
Python client, so that guard, masks, quotas and ledger hold for it as they do for any caller.
"""
