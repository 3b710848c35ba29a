"""What a GPU brings, in one run of at most ten minutes."""

import pinakes  # noqa: F401 - before the libraries that it keeps offline
