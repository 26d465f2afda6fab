"""The command line: ``rs-gpt4v``. What is slow to import is imported by the command that needs it."""

from flows.cli.main import main

__all__ = ["main"]
