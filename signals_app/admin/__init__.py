from signals_app.admin import definitions, events, sources

__all__ = ["definitions", "events", "sources"]
