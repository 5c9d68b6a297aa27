"""`python -m kinfold` is `kinfold`."""

from kinfold.entrypoints.cli import main

main()
