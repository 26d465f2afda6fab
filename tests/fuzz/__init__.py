"""Every reader against seeded mutations of its fixture: ``python -m tests.fuzz``."""
