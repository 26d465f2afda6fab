"""Prompts and phrasings: files, their loader, and their fingerprints."""

from prompts.loader import (
    Phrasings,
    Prompt,
    load_phrasings,
    load_prompt,
    prompt_fingerprint,
    reply_record,
)

__all__ = [
    "Phrasings",
    "Prompt",
    "load_phrasings",
    "load_prompt",
    "prompt_fingerprint",
    "reply_record",
]
