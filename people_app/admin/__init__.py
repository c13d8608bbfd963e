from people_app.admin import accounts, names, people

__all__ = ["accounts", "names", "people"]
