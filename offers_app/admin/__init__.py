"""The admin pages of offers: importing the package registers them."""

from offers_app.admin import catalog, decisions, lint, texts

__all__ = ["catalog", "decisions", "lint", "texts"]
