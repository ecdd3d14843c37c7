"""Forecasts of capacity: how much there will be, how sure that is, and how good we were at it."""
