"""The admin pages of offers: importing the package registers them."""

from offers_app.admin import catalog, checkout, claims, decisions, learning, lint, products, texts

__all__ = ["catalog", "checkout", "claims", "decisions", "learning", "lint", "products", "texts"]
