"""The order of the stages, what became of them, and the command line."""
