"""A web server on 127.0.0.1 for one person at this machine: the review and the studio."""
