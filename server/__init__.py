"""The server, the worker and the command line."""
