"""Capture processes: how facts come in, declared, approved by others, scheduled and measured."""
