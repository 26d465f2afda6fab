"""Benchmarks of the engine that asks the model: ``make bench-model``."""
