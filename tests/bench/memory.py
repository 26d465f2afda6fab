"""What a benchmark's process used of memory."""

import re
from pathlib import Path


def peak_mb() -> int:
    """Return the peak memory of this process in MB.

    Not ru_maxrss: on Linux a child started by vfork inherits that of its parent.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024
