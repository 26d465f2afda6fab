"""Tiles, pictures, boxes and words under the eight symmetries of a square."""
