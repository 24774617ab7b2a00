"""``python -m chartwarden`` is the command ``chartwarden``."""

import sys

from chartwarden.cli import main

sys.exit(main())
