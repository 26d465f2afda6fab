"""Public annotation formats: one file each, found by name, read as scenes with their labels."""
