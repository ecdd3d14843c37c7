"""Quarantine: refused rows, kept whole until they load or are dropped."""
