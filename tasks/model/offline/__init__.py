"""The offline teacher: rules that read a fact sheet and the pixels, and write grounded English."""

from tasks.model.offline.writer import write_reply

__all__ = ["write_reply"]
