"""Customers, and the records behind them: seen whole, changed, undone, accounted for."""
