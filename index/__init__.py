"""Where does it say so? Importing this package keeps every library offline from then on."""

from index.offline import go_offline

go_offline()
