"""Finding articles: the backend's protocol, analysis in every language, passages; no Flask, no database."""
