"""How many identifiers are found, by kind and by the way they are written: counted, printed and bounded from below.

`docs/identifier-screen.md` quotes what this prints with `pytest -s`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from pipeline.landing.declension import feminine_given, feminine_surname, masculine
from pipeline.landing.headings import without_accents
from pipeline.landing.identifiers import CANDIDATE, kinds
from pipeline.landing.names import CANDIDATE as WORDS
from pipeline.landing.names import _read

LATEST = date(2023, 8, 1)
MANY = 100
Write = Callable[[random.Random], str]


def birth(draw: random.Random) -> tuple[str, str]:
    """Front and back of a birth number with its check digit."""
    while True:
        born = date(1955, 1, 1) + timedelta(days=draw.randrange(18_000))
        front = f"{born.year % 100:02d}{born.month + draw.choice([0, 50]):02d}{born.day:02d}"
        back = f"{draw.randrange(1000):03d}"
        if int(front + back) % 11 < 10:
            return front, f"{back}{int(front + back) % 11}"


def old(draw: random.Random) -> tuple[str, str]:
    """Nine digits, of people born before 1954."""
    born = date(1930, 1, 1) + timedelta(days=draw.randrange(8_700))
    month = born.month + draw.choice([0, 50])
    return f"{born.year % 100:02d}{month:02d}{born.day:02d}", f"{draw.randrange(1, 1000):03d}"


def phone(draw: random.Random, form: str) -> str:
    return form.format(draw.randrange(601, 780), draw.randrange(100, 1000), draw.randrange(100, 1000))


def account(draw: random.Random) -> str:
    weights = (6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
    while True:
        number = f"{draw.randrange(10**9, 10**10)}"
        if sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11 == 0:
            return f"{number}/{draw.choice(['0100', '0300', '0600', '0800', '3030', '5500', '6210'])}"


def iban(draw: random.Random, gap: str) -> str:
    inner = f"0800{draw.randrange(10**16):016d}"
    text = f"CZ{98 - int(inner + '123500') % 97:02d}{inner}"
    return gap.join(text[n : n + 4] for n in range(0, 24, 4))


def day(draw: random.Random, form: str) -> str:
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(24_000))
    return form.format(d=born.day, m=born.month, y=born.year)


def listed() -> tuple[list[str], list[str], list[str]]:
    men, women = (part.split() for part in _read("given_names.txt").replace("[men]", "").split("[women]"))
    return men, women, [s for s in _read("surnames.txt").split() if len(s) > 3]


def inflected(draw: random.Random) -> tuple[str, str]:
    """A listed given name and surname, each in some case of the right sex."""
    men, women, surnames = listed()
    surname = draw.choice(surnames)
    if draw.random() < 0.5:
        return draw.choice(sorted(masculine(draw.choice(men)))), draw.choice(sorted(masculine(surname)))
    return draw.choice(sorted(feminine_given(draw.choice(women)))), draw.choice(sorted(feminine_surname(surname)))


def unlisted(draw: random.Random) -> tuple[str, str]:
    """A listed given name with a woman's surname that is in no list."""
    _, women, _ = listed()
    stem = draw.choice("BDHKLMPRTV") + draw.choice("aeiouy") + draw.choice(["bralk", "zmarn", "ghlus", "xter", "wart"])
    return draw.choice(women), f"{stem}ová"


def named(pair: Callable[[random.Random], tuple[str, str]], form: str, plain: bool = False) -> Write:
    def write(draw: random.Random) -> str:
        text = form.format(*pair(draw))
        return without_accents(text) if plain else text

    return write


FORMS: dict[str, dict[str, Write]] = {
    "birth_number": {
        "710319/2745": lambda d: "/".join(birth(d)),
        "7103192745": lambda d: "".join(birth(d)),
        "710319 2745": lambda d: " ".join(birth(d)),
        "710319-2745": lambda d: "-".join(birth(d)),
        "RČ: 710319/2745, in a sentence": lambda d: f"klient RČ: {'/'.join(birth(d))}, volal",
        "rč7103192745": lambda d: f"rč{''.join(birth(d))}",
        "nine digits with a slash": lambda d: "/".join(old(d)),
        "nine bare digits": lambda d: "".join(old(d)),
    },
    "phone": {
        "+420 603 123 456": lambda d: phone(d, "+420 {} {} {}"),
        "+420603123456": lambda d: phone(d, "+420{}{}{}"),
        "00420 603 123 456": lambda d: phone(d, "00420 {} {} {}"),
        "603 123 456": lambda d: phone(d, "{} {} {}"),
        "603-123-456": lambda d: phone(d, "{}-{}-{}"),
        "603.123.456": lambda d: phone(d, "{}.{}.{}"),
        "tel. 603123456": lambda d: phone(d, "tel. {}{}{}"),
        "volat 603 123456": lambda d: phone(d, "volat {} {}{}"),
        "+421 905 123 456": lambda d: phone(d, "+421 {} {} {}"),
    },
    "e_mail": {
        "jan.n12@example.cz": lambda d: f"jan.n{d.randrange(99)}@example.cz",
        "in a sentence, with a plus": lambda d: f"píše z x+{d.randrange(999)}@sub.example.com často",
        "<a@b.eu>": lambda d: f"<k{d.randrange(999)}@example.eu>",
    },
    "bank_account": {
        "2000145399/0800": account,
        "19-2000145399/0800": lambda d: f"19-{account(d)}",
        "2000145399 / 0800": lambda d: account(d).replace("/", " / "),
        "účet v větě": lambda d: f"posílat na účet {account(d)}, děkuji",
        "IBAN": lambda d: iban(d, ""),
        "IBAN in fours": lambda d: iban(d, " "),
    },
    "document_number": {
        "OP 203456789": lambda d: f"OP {d.randrange(10**8, 3 * 10**8)}",
        "č. OP: 203456789": lambda d: f"č. OP: {d.randrange(10**8, 3 * 10**8)}",
        "občanský průkaz č. 203456789": lambda d: f"občanský průkaz č. {d.randrange(10**8, 3 * 10**8)}",
        "pas 41234567": lambda d: f"pas {d.randrange(3 * 10**7, 5 * 10**7)}",
        "OP 123456 AB": lambda d: f"OP {d.randrange(10**5, 10**6)} AB",
    },
    "address": {
        "Nádražní 12, 602 00 Brno": lambda d: (
            f"Nádražní {d.randrange(1, 999)}, {d.randrange(100, 798)} 0{d.randrange(9)} Brno"
        ),
        "Na Poříčí 1041/12, 110 00 Praha 1": lambda d: (
            f"Na Poříčí {d.randrange(999)}/{d.randrange(1, 60)}, 110 00 Praha 1"
        ),
        "Lidická 5, Brno, 60200": lambda d: f"Lidická {d.randrange(1, 99)}, Brno, 602{d.randrange(10, 99)}",
        "60200 Brno, Lidická 5": lambda d: f"602{d.randrange(10, 99)} Brno, Lidická {d.randrange(1, 99)}",
        "over two lines": lambda d: f"Lidická {d.randrange(1, 99)}\n602 {d.randrange(10, 99)} Brno",
        "Lhota 15, 379 01 Třeboň": lambda d: f"Lhota {d.randrange(1, 99)}, 379 {d.randrange(10, 99)} Třeboň",
    },
    "date_of_birth": {
        "nar. 12.3.1985": lambda d: day(d, "nar. {d}.{m}.{y}"),
        "narozena dne 12. 3. 1985": lambda d: day(d, "narozena dne {d}. {m}. {y}"),
        "datum nar.: 1985-03-12": lambda d: day(d, "datum nar.: {y}-{m:02}-{d:02}"),
        "DOB 12/03/1985": lambda d: day(d, "DOB {d:02}/{m:02}/{y}"),
    },
    "name": {
        "given name and surname, any case": named(inflected, "{} {}"),
        "surname first": named(inflected, "{1} {0}"),
        "in a sentence": named(inflected, "volal jsem o {0} {1} včera"),
        "without diacritics": named(inflected, "{} {}", plain=True),
        "surname in no list, woman's form": named(unlisted, "{} {}"),
        "surname in no list, man's form": lambda d: f"{d.choice(listed()[0])} {unlisted(d)[1].removesuffix('ová')}",
        "a listed surname alone": lambda d: d.choice(listed()[2]),
    },
}
BELOW = {
    ("name", "surname in no list, man's form"): 0.0,
    ("name", "a listed surname alone"): 0.0,
    ("name", "surname in no list, woman's form"): 0.95,
    ("name", "surname first"): 0.95,
    ("name", "given name and surname, any case"): 0.95,
    ("name", "in a sentence"): 0.95,
    ("name", "without diacritics"): 0.95,
}


def test_recall_by_kind_and_spelling() -> None:
    draw = random.Random(17)
    told = []
    for kind, forms in FORMS.items():
        for form, write in forms.items():
            texts = [write(draw) for _ in range(MANY)]
            found = sum(bool(kinds(text, LATEST)) for text in texts)  # whatever it is taken for, the file is refused
            named = sum(kind in kinds(text, LATEST) for text in texts)
            first = pl.Series(texts).str.contains(WORDS if kind == "name" else CANDIDATE).sum()
            told.append(f"{kind:<16} {form:<36} {found}/{MANY}, {named} as such")
            assert first >= found, f"{kind}, {form}: the first look in Rust loses what the second would find"
            assert found >= BELOW.get((kind, form), 1.0) * MANY, (told[-1], texts[:3])
    print("\nidentifiers found\n  " + "\n  ".join(told))
