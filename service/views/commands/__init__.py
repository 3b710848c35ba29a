"""What commands print with ``--json``, as far as it is not also an answer over HTTP."""
