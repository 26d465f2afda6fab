"""Judging: texts with one fact changed, and how far a judge agrees with the rules."""
