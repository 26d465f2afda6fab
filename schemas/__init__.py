"""The records that the stages exchange, the parameters of a build, settings and errors."""

import os
import sys

# Read when pyarrow is imported. Its own choice, mimalloc, keeps what stages have let go; the
# system's mixes what lives as long as a file with what lives as long as a row group.
if sys.platform == "linux":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")
