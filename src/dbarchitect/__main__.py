"""`python -m dbarchitect`."""

from dbarchitect.cli import main

main()
