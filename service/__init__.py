"""Answer me, and show me where. The import below keeps every library offline from then on."""

import index  # noqa: F401
