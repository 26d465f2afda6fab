"""Painted scenes with labels, so that the whole chain can be seen without any data."""
