"""Which of a sender's codes may be told in feedback and on a terminal: never what may be a person."""

from __future__ import annotations

import re

from pipeline.landing.names import is_listed

LONGEST = 40
_NUMBER = re.compile(r"\d{6}|@|\d+/\d{3,}")
_PSEUDONYM = re.compile(r"[A-Za-z0-9]{16,}")
_WORD = re.compile(r"[^\W\d_]{2,}")


def may_be_shown(code: str) -> bool:
    """Whether a code that no list knows may be shown as it stands, and not only be counted.

    A long text, a number as long as a person's, anything built like a pseudonym, and every listed given name or
    surname is left out, though it be an ordinary word too: a column may have slipped.
    """
    if not code or len(code) > LONGEST or _NUMBER.search(code):
        return False
    pseudonyms = (run[0] for run in _PSEUDONYM.finditer(code))
    if any(run.isupper() or any(sign.isdigit() for sign in run) for run in pseudonyms):
        return False
    return not any(is_listed(word[0]) for word in _WORD.finditer(code))
