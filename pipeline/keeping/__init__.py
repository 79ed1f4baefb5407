"""Keeping: who did what, what must be forgotten or destroyed, and whether what lies on disk is locked.

Above the stages, because erasing a person or a delivery goes through all of them.
"""
