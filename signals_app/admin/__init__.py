from signals_app.admin import definitions, events, mappings, meters, rejected, sources, totals

__all__ = ["definitions", "events", "mappings", "meters", "rejected", "sources", "totals"]
