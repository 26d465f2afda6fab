"""Tokens, estimated: see ``tasks.model.engine.tokens``."""

from tasks.model.engine.tokens import CHARACTERS, estimated_tokens

__all__ = ["CHARACTERS", "estimated_tokens"]
