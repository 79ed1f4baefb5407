"""The parts of a document: each function takes a Report and gives Markdown."""
