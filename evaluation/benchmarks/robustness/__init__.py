"""How the readers bear hostile and damaged files, and how they compare on web pages."""
