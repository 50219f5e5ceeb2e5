"""The HTTP API under /api/v1, and what tells whether the server lives and is ready."""
