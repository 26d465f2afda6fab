"""The records that the stages exchange, the parameters of a build, settings and errors."""
