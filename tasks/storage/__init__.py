"""The root in object storage: files that appear whole or not at all, parts, releases."""
