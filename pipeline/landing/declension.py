"""Forms of Czech names in all cases: more forms than the language has, never fewer that matter."""

from __future__ import annotations

_SHARED = ("ovi", "u", "y", "i", "ě", "ou", "ové", "ů", "ům", "ech", "ích")
_POSSESSIVE = ("ův", "ova", "ovo", "ovu", "ovou", "ovy", "ových", "ovým", "ovými")
_NOUN = (*_SHARED, *_POSSESSIVE, "a", "e", "em")
_IN_A = (*_SHARED, *_POSSESSIVE, "a", "e", "o")
_HARD = ("ý", "ého", "ému", "ým", "ém", "í", "é", "ých", "ými", "á", "ou")
_SOFT = ("í", "ího", "ímu", "ím", "ích", "ími")
_VOWEL = ("", "ho", "mu", "m", "ové", "o")
_WOMAN = ("a", "y", "e", "ě", "i", "u", "o", "ou", "in", "ina", "ino", "inu", "iny", "iných", "iným", "inou")
_SOFTENED = {"k": "c", "h": "z", "g": "z", "r": "ř"}
_HIDDEN = {"n": "ň", "d": "ď", "t": "ť"}


def masculine(name: str) -> set[str]:
    """Forms of a man's given name or surname, singular and plural, with the possessive (Petr → Petrovi, Petrův)."""
    stem, last = name[:-1], name[-1]
    if last == "a":
        return _with(stem, _IN_A)
    if last == "ý":
        return _with(stem, _HARD)
    if last == "í":
        return _with(stem, _SOFT)
    if last == "o":
        return {name} | _with(stem, _NOUN)
    if last in "eéiyuůě":
        return _with(name, _VOWEL)
    forms = {name} | {form for oblique in _stems(name) for form in _with(oblique, _NOUN)}
    return forms | ({stem + "ře"} if last == "r" else set()) | ({stem[:-1] + "če"} if name.endswith("ec") else set())


def feminine_surname(name: str) -> set[str]:
    """Forms of the surname of a woman whose father or husband bears `name` (Novák → Nováková, Novákové)."""
    if name[-1] == "ý":
        return _with(name[:-1], ("á", "é", "ou"))
    if name[-1] in "íů":
        return {name}
    stems = {name[:-1]} if name[-1] in "ao" else _stems(name)
    return {form for stem in stems for form in _with(stem, ("ová", "ové", "ovou"))}


def feminine_given(name: str) -> set[str]:
    """Forms of a woman's given name (Lenka → Lence, Lenčin not; Marie → Marii)."""
    stem, last = name[:-1], name[-1]
    if last == "a":
        soft = {stem[:-1] + _SOFTENED[stem[-1]] + "e"} if stem[-1:] in _SOFTENED else set()
        return _with(stem, _WOMAN) | soft
    if last in "eě":
        return _with(stem, ("e", "ě", "i", "í", "o", "iin"))
    return _with(name, ("", "y", "e", "u", "i", "í", "ou", "iin"))


def _stems(name: str) -> set[str]:
    """Stems of the other cases: as it is, and without a fleeting e (Karel → Karl-, Zdeněk → Zdeňk-)."""
    if len(name) > 3 and name[-2] in "eě" and name[-1] in "kclrňv":
        front = name[:-2]
        if name[-2] == "ě":
            front = front[:-1] + _HIDDEN.get(front[-1], front[-1])
        return {name, front + name[-1]}
    return {name}


def _with(stem: str, endings: tuple[str, ...]) -> set[str]:
    return {stem + ending for ending in endings}
