"""The product's own settings with one more URL: the plain view that our figures are measured against."""

from upsell_project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks._urls"
