"""From the image of a page to recognised lines. This folder is the key of the cached results."""
