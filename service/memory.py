"""Whether there is memory enough to begin at all; knows only of the limit set for this process.

With less, native libraries end the process while they are loaded, and nobody is told why.
"""

import resource
import sys

__all__ = ["require_memory"]

# Of address space (ulimit -v): a search takes some 680 MB, a build without vectors 900.
_LEAST = 700 << 20


def require_memory() -> None:
    """Exit with 1 and one line where the limit on address space leaves too little."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _LEAST:
        sys.stderr.write(
            f"pinakes: not enough memory: the limit (ulimit -v) is {limit >> 20:,} MB, and "
            f"{_LEAST >> 20:,} are the least; lift it: ulimit -v unlimited\n"
        )
        sys.exit(1)
