from signals_app.admin import definitions, events, mappings, meters, rejected, sources

__all__ = ["definitions", "events", "mappings", "meters", "rejected", "sources"]
