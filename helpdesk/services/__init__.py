"""Writes: one transaction each, named as what the field does."""
