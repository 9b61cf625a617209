from late.worker import app

__all__ = ["app"]
