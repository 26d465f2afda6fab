"""The records that the stages exchange, the parameters of a build, settings and errors."""

import os
import sys

# Read when pyarrow is imported. Its own choice, mimalloc, keeps what stages have let go; the
# system's mixes what lives as long as a file with what lives as long as a row group. jemalloc gives
# back what was not used for 50 ms: at once would cost a fifth of the speed.
if sys.platform == "linux":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "dirty_decay_ms:50,muzzy_decay_ms:0")
