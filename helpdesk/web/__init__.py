"""What the audiences share over HTTP: language, security, caching, errors, filters."""
