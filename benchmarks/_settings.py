"""The product's own settings with two more URLs: the plain views that our figures are measured against.

BENCH_BARE=1 leaves out all middleware: no Django view is cheaper than one there.
"""

import os

from upsell_project import settings
from upsell_project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks._urls"
MIDDLEWARE = [] if os.environ.get("BENCH_BARE") else settings.MIDDLEWARE
