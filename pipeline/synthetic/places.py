"""Where the made-up programme works: prisons, who works in them, and which regions each organisation serves."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.model import code_list

PROGRAMME_PRISONS: dict[str, tuple[str, str]] = {
    "belusice": ("kotec", "cppt"),
    "hermanice": ("podane_ruce", "laxus"),
    "horni_slavkov": ("cppt", "kotec"),
    "jirice": ("sananim", "magdalena"),
    "kurim": ("podane_ruce", "laxus"),
    "nove_sedlo": ("kotec", "sananim"),
    "plzen": ("cppt", "kotec"),
    "pribram": ("magdalena", "cppt"),
    "rynovice": ("sananim", "laxus"),
    "svetla_nad_sazavou": ("laxus", "podane_ruce"),
    "vinarice": ("magdalena", "sananim"),
    "vsehrdy": ("laxus", "kotec"),
}
"""Prison → (the organisation that does most of the work, the one that does the rest)."""

TAKES_OVER: dict[str, str] = {
    "CZ010": "sananim",
    "CZ020": "magdalena",
    "CZ031": "sananim",
    "CZ032": "cppt",
    "CZ041": "kotec",
    "CZ042": "kotec",
    "CZ051": "sananim",
    "CZ052": "laxus",
    "CZ053": "laxus",
    "CZ063": "podane_ruce",
    "CZ064": "podane_ruce",
    "CZ071": "podane_ruce",
    "CZ072": "podane_ruce",
    "CZ080": "podane_ruce",
}
"""Region after release → the organisation that takes a client over there."""

ROMODROM_PRISONS = ("jirice", "vinarice", "praha_pankrac", "praha_ruzyne", "pribram", "oracov")
REGION_WEIGHTS = (0.10, 0.12, 0.06, 0.06, 0.05, 0.12, 0.06, 0.05, 0.04, 0.04, 0.11, 0.06, 0.04, 0.13)


@cache
def prisons() -> tuple[str, ...]:
    """All prisons of the model."""
    return tuple(code_list("prison").codes)


@cache
def regions() -> tuple[str, ...]:
    """The fourteen regions."""
    return tuple(code for code in code_list("region").codes if code.startswith("CZ"))


def region_of(prison: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """The region of each prison."""
    known = {code: entry.extra["region"] for code, entry in code_list("prison").codes.items()}
    return np.array([known[p] for p in prison.tolist()], dtype="U8")
