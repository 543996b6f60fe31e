"""Helpdesk: a help center engine for Flask."""
