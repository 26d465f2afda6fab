"""The teacher: asking it, keeping its answers, and the offline one over HTTP."""
