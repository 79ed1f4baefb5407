"""What an analyst types in a notebook: a read-only view of the newest finished run."""

from pipeline.notebook.programme import Programme, open_programme

__all__ = ["Programme", "open_programme"]
