"""python -m pinakes: the command."""

from pinakes.service.cli.main import main

main()
