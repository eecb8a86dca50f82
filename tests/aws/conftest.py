"""A fresh company for every test."""

from tests.support.company import firm

__all__ = ["firm"]
