"""The records that the stages exchange, the parameters of a build, settings and errors."""

import os

# Read when pyarrow is imported. Its own allocator keeps the memory that a stage has let go, so that
# the peak grows from stage to stage; the system's gives it back.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
