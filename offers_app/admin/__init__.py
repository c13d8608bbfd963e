"""The admin pages of offers: importing the package registers them."""

from offers_app.admin import catalog, checkout, decisions, texts

__all__ = ["catalog", "checkout", "decisions", "texts"]
