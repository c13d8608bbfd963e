from tests.engine import starter

__all__ = ["starter"]
