"""Screens of audits: scores, rules, findings, campaigns and the desk of auditors."""
