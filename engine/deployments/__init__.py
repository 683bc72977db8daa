"""Deployed files: read, checked, versioned, bound to one another, and loaded to run."""
