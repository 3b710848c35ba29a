"""What the bundle for agents starts: the tools of the Pinakes that is installed on this machine."""

import os
import shutil
import sys

# A client leaves what was not filled in empty, or as it stands in the manifest.
for name in [name for name in os.environ if name.startswith("PINAKES_")]:
    if not os.environ[name] or os.environ[name].startswith("${"):
        del os.environ[name]
program = os.environ.pop("PINAKES_PROGRAM", None) or shutil.which("pinakes")
if program is None:
    sys.exit("pinakes: not on the path; name the program in the settings of this extension")
os.execv(program, [program, "mcp"])  # noqa: S606
