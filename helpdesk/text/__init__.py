"""Pure functions from text to text: Markdown, slugs, front matter, excerpts; no Flask, no database."""
