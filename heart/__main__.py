"""`python -m heart`: everything the pages do, without a screen."""

import sys

from heart.cli import main

if __name__ == "__main__":
    sys.exit(main())
