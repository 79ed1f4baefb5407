"""The page of worked examples for the methodology, in both languages, from the examples that the tests check."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

from pipeline.model.codes import code_lists
from pipeline.outcomes import COHORTS, COMPONENTS, GROUPS, MEASURES
from pipeline.outcomes.labels import GROUP_VALUES, REASONS, STEPS
from tests.support.examples import Example, examples

ROOT = Path(__file__).parents[2]
COLUMNS = {
    "person": ("osoba", "person"),
    "released": ("propuštění", "released"),
    "expected day": ("očekávaný den", "expected day"),
    "agreed to": ("dohoda do", "agreement until"),
    "agreed": ("dohoda", "agreement"),
    "also agreed with b": ("dohoda s partnerem b", "agreement with b"),
    "conditional": ("podmíněné propuštění", "conditional release"),
    "planned": ("předvídatelnost", "planned"),
    "died": ("úmrtí", "died"),
    "custody": ("pobyty", "stays"),
    "stays": ("pozdější pobyty", "later stays"),
    "moved": ("přemístění", "transfer"),
    "services": ("služby", "services"),
    "treatments": ("léčba", "treatment"),
    "convictions": ("odsouzení", "convictions"),
    "quarantined stay": ("záznam vyřazen kontrolou", "record failed the checks"),
    "case ended": ("konec spolupráce", "case ended"),
    "region": ("kraj po propuštění", "region after release"),
    "plan": ("plán", "plan"),
    "first contact": ("první kontakt", "first contact"),
    "told": ("poučení", "explained"),
    "worker": ("pracovník", "worker"),
    "needs": ("zakázky", "needs"),
    "complaints": ("stížnosti", "complaints"),
    "applied": ("žádost", "application"),
    "answers": ("odpovědi", "answers"),
    "situation": ("záznam o situaci", "record of the situation"),
    "programme": ("program", "programme"),
    "relatives": ("blízcí", "relatives"),
    "consent withdrawn": ("souhlas odvolán", "consent withdrawn"),
    "prior terms": ("předchozí tresty", "prior terms"),
    "drug user": ("užívání drog", "drug use"),
    "expected": ("výsledek", "result"),
}
WORDS = {
    "until": ("do", "until"),
    "offence": ("čin", "offence"),
    "by": ("u partnera", "by partner"),
    "to": ("komu:", "to"),
    "in": ("v", "in"),
    "missed": ("(zmeškáno)", "(missed)"),
    "family": ("(pouze rodina)", "(family alone)"),
    "both": ("(klient s rodinou)", "(client with the family)"),
    "authority": ("(jednání s úřadem)", "(with an authority)"),
    "for": ("pro:", "for:"),
    "eligible": ("(podmínky splněny)", "(eligible)"),
    "inside": ("patří", "belongs"),
    "outside": ("nepatří", "does not belong"),
    "indirect": ("(nepřímá práce)", "(indirect)"),
    "cancelled": ("(zrušila věznice:)", "(cancelled by the prison:)"),
    "visit": ("(návštěva v rodině)", "(visit to the family)"),
    "minutes": ("minut:", "minutes:"),
    "documents": ("doklady:", "documents:"),
    "outside_provider": ("poskytovatel mimo projekt", "a provider outside the project"),
    "never": ("žádná", "none"),
    "-": ("–", "–"),
    "yes": ("ano", "yes"),
    "no": ("ne", "no"),
    "possible": ("nejisté", "possible"),
    "left out": ("není v základu", "not in the denominator"),
    "too early": ("předčasné", "too early"),
    "not collected": ("nesbírá se", "not collected"),
    "not reached": ("nedosaženo", "not reached"),
    "planned": ("plánované", "planned"),
    "unplanned": ("neplánované", "unplanned"),
    "unknown": ("není známo", "unknown"),
    "g1": ("cíl:", "goal:"),
    "medical_days": ("dny obtíží:", "days of trouble:"),
    "medical_bothered": ("obtěžují:", "bothered:"),
    "medical_importance": ("důležitost pomoci:", "importance of help:"),
    "psychological": ("duševní zdraví", "psychological health"),
    "own_treatment": ("v téže léčbě", "in the same treatment"),
}
LISTS = (
    "stage", "housing", "labour", "need_domain", "application_outcome", "region", "prison",
)  # fmt: skip
LISTS_OF = {
    "custody": ("admission_reason", "release_reason", "prison"),
    "stays": ("admission_reason", "release_reason"),
    "moved": ("prison",),
    "services": ("setting", "cancel_reason", "relation"),
    "relatives": ("relation",),
    "treatments": ("treatment_type", "treatment_setting", "treatment_end_reason"),
    "convictions": ("sanction",),
    "case ended": ("case_end_reason",),
    "region": ("region",),
    "answers": ("stage", "instrument"),
    "needs": ("need_domain", "need_outcome"),
    "complaints": ("complaint_channel",),
    "applied": ("application_outcome", "application_reason"),
    "programme": ("programme",),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WAYS = {"cs": "Kdo do které skupiny patří", "en": "Who belongs to which cohort"}
INTRO = {
    "cs": "Příklady ukazují, jak se která definice počítá. Každý z nich ověřuje test programu. Není-li uvedeno jinak, "
    "jde o klienty partnera a s dohodou z 1. července 2019; údaje Vězeňské služby sahají do 31. července 2023.",
    "en": "The examples show how each definition is counted. Each of them is checked by a test of the program. Unless "
    "said otherwise, everybody is a client of partner a with an agreement of 1 July 2019; custody was seen to 31 July "
    "2023.",
}


def path(language: str) -> Path:
    """Where the page of one language stands."""
    return ROOT / "reports" / "methodology" / f"_spec_examples_{language}.md"


def page(language: str) -> str:
    """All examples by cohort and measure, as Markdown from the third level of headings down."""
    blocks = [INTRO[language]]
    for measure, group in groupby(examples(), key=lambda e: e.measure):
        blocks.append(f"### {MEASURES[measure].title(language) if measure else WAYS[language]}")
        blocks += [block(example, language) for example in group]
    return "\n\n".join(blocks) + "\n"


def block(example: Example, language: str) -> str:
    """One example: what it shows, the table, the result of the whole cell."""
    cs = language == "cs"
    about = [_details(example, language)] if _details(example, language) else []
    rows = example.rows
    columns = [name for name in rows[0] if name == "person" or any(row[name] for row in rows)]
    head = [COLUMNS[name][0 if cs else 1] for name in columns]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for number, row in enumerate(rows, start=1):
        cells = [str(number) if c == "person" else _cell(example, c, row, language) for c in columns]
        lines.append(f"| {' | '.join(cells)} |")
    whole = ("Výsledek celku: " if cs else "Result of the whole: ") + _answer(example.total, _share(example), language)
    whole = whole if example.measure else _steps(example.total, language)
    blocks = [*about, example.cs if cs else example.en, "\n".join(lines)]
    return "\n\n".join([*blocks, whole] if example.total else blocks)


def _steps(total: str, language: str) -> str:
    """How many people are left at each step of the way into a cohort."""
    steps = [one.split() for one in total.split("; ")]
    told = "; ".join(f"{STEPS[step].in_language(language)} {left}" for step, left in steps)
    return f"{'Cesta po krocích' if language == 'cs' else 'Step by step'}: {told}"


def _share(example: Example) -> bool:
    return bool(example.measure) and MEASURES[example.measure].part(example.component).value == "share"


def _details(example: Example, language: str) -> str:
    if not example.measure:
        return f"*{COHORTS[example.cohort].in_language(language)}*"
    found = []
    usual = "programme" if "programme" in MEASURES[example.measure].cohorts else MEASURES[example.measure].cohorts[0]
    if example.cohort != usual:
        found.append(COHORTS[example.cohort].in_language(language))
    if example.window is not None:
        days = "den" if example.window == 1 else "dny" if 2 <= example.window <= 4 else "dnů"
        found.append(f"{example.window} {days}" if language == "cs" else f"{example.window} days")
    if example.cell_set == "ladder":
        found.append("období vedle sebe" if language == "cs" else "windows side by side")
    if example.component:
        found.append(COMPONENTS[example.component].in_language(language))
    if example.group_by != "all":
        words = GROUP_VALUES.get(example.group_by, REASONS).get(example.group_value)
        value = words.in_language(language) if words else _word((), example.group_value, "", language)
        found.append(f"{GROUPS[example.group_by].in_language(language)}: {value}")
    return f"*{', '.join(found)}*" if found else ""


def _answer(text: str, share: bool, language: str) -> str:
    known = WORDS.get(text)
    if known:
        return known[0 if language == "cs" else 1]
    return _number(text, language).replace(" / ", (" z " if language == "cs" else " of ") if share else " : ")


def _cell(example: Example, column: str, row: dict[str, str], language: str) -> str:
    if column == "expected":
        return _answer(row[column], _share(example), language)
    things = [one.split() for one in row[column].split(";") if one.strip()]
    lists = LISTS_OF.get(column, LISTS)
    return "; ".join(" ".join(_word(lists, word, row["person"], language) for word in words) for words in things)


def _word(lists: tuple[str, ...], word: str, person: str, language: str) -> str:
    place = 0 if language == "cs" else 1
    try:
        return _day(date.fromisoformat(word), language)
    except ValueError:
        pass
    if person and word.startswith(f"{person}t"):
        return WORDS["own_treatment"][place].split(" ", 1)[1]
    for name in lists or LISTS:
        codes = code_lists()[name].codes
        if word in codes and word not in ("in", "to"):
            return code_lists()[name].label(word, language)
    return WORDS[word][place] if word in WORDS else _number(word, language)


def _number(text: str, language: str) -> str:
    """A number as it is written in the language; other text as it is."""
    if not text.lstrip("-").replace(".", "", 1).isdecimal():
        return text
    return text.replace("-", "\u2212").replace(".", "," if language == "cs" else ".")


def _day(day: date, language: str) -> str:
    """No-break spaces keep a date on one line."""
    parts = (f"{day.day}.", f"{day.month}.", str(day.year)) if language == "cs" else (
        str(day.day), MONTHS[day.month - 1], str(day.year))  # fmt: skip
    return "\u00a0".join(parts)
