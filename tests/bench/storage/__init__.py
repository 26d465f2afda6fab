"""Benchmarks and soak runs of the storage layer, on a real S3 server on loopback."""
