"""Exports: streaming writers of other people's formats."""
from annotation.formats.registry import EXPORT_FORMATS

__all__ = ["EXPORT_FORMATS"]
