"""The admin pages of offers: importing the package registers them."""

from offers_app.admin import catalog, claims, decisions, learning, products, texts

__all__ = ["catalog", "claims", "decisions", "learning", "products", "texts"]
