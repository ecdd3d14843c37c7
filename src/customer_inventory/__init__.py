"""Customer Inventory: the system behind eTOM 1.3.1.5 Manage Customer Inventory."""

__version__ = "0.1.0"
