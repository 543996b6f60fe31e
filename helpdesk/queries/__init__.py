"""Reads: Core statements to frozen values. Nothing here writes."""
