"""The words of the feedback page in Czech and English, beside those that rules bring themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

TABLES: dict[str, tuple[str, str]] = {
    "person": ("osoby", "persons"),
    "family_member": ("rodinní příslušníci", "family members"),
    "custody_stay": ("pobyty ve věznici", "custody stays"),
    "conviction": ("odsouzení", "convictions"),
    "death": ("úmrtí", "deaths"),
    "application": ("žádosti o službu", "applications"),
    "case": ("dohody (případy)", "agreements (cases)"),
    "service": ("výkony", "services"),
    "treatment": ("léčba", "treatments"),
    "treatment_entry": ("vstupy do léčby (TDI)", "treatment entries (TDI)"),
    "need": ("zakázky", "needs"),
    "living_status": ("životní situace", "living status"),
    "assessment": ("hodnocení (dotazníky)", "assessments"),
    "complaint": ("stížnosti", "complaints"),
}

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Zpětná vazba k dodávce dat", "Feedback on a data delivery"),
    "synthetic": (
        "SYNTETICKÁ DATA – žádný zdejší údaj se netýká skutečné osoby.",
        "SYNTHETIC DATA – nothing here is about a real person.",
    ),
    "synthetic_title": ("SYNTETICKÁ DATA", "SYNTHETIC DATA"),
    "internal": (
        "Zpětná vazba je jen pro Vás: obsahuje klíče Vašich záznamů. Uložte ji stejně bezpečně jako data "
        "a neposílejte ji dál.",
        "This feedback is for you alone: it holds the keys of your records. Keep it as safe as the data "
        "and do not pass it on.",
    ),
    "partner": ("Organizace", "Organisation"),
    "extract": ("Export ke dni", "Extract of"),
    "period": ("Období", "Period"),
    "kind": ("Druh dodávky", "Kind of delivery"),
    "full": ("úplná", "full extract"),
    "increment": ("přírůstková", "increment"),
    "correction": ("opravná", "correction"),
    "files": ("Soubory", "Files"),
    "delivery": ("Označení dodávky", "Delivery number"),
    "accepted_all": (
        "Dodávka je přijata celá. Není potřeba nic opravovat. Děkujeme.",
        "The delivery is accepted whole. Nothing needs to be corrected. Thank you.",
    ),
    "accepted_warned": (
        "Dodávka je přijata celá. Níže jsou místa, která prosíme zkontrolujte.",
        "The delivery is accepted whole. Please check the places below.",
    ),
    "accepted_part": (
        "Dodávka je přijata, ale některé řádky zatím nemůžeme použít. Po opravě ve Vašem systému přijdou v příští "
        "dodávce; nic dalšího posílat nemusíte.",
        "The delivery is accepted, but some rows cannot be used yet. Once mended in your system they come with the "
        "next delivery; nothing else has to be sent.",
    ),
    "refused": (
        "Dodávka není přijata a nic z ní nepoužijeme. Opravte prosím níže uvedené a pošlete ji celou znovu.",
        "The delivery is not accepted and nothing of it is used. Please correct what is named below and send it again.",
    ),
    "rows": ("Kolik řádků jsme přijali", "How many rows we accepted"),
    "rows_note": (
        "Z jednoho dodaného záznamu může vzniknout více řádků (například osoba, dohoda a výkony). Platí: vzniklo = "
        "přijato + čeká na opravu + beze změny.",
        "One delivered record may give several rows (a person, an agreement and services, for example). Always: "
        "produced = accepted + to be mended + unchanged.",
    ),
    "records": (
        "Dodáno záznamů (bez nadpisů, součtů a prázdných řádků)",
        "Records delivered (without titles, totals and blank rows)",
    ),
    "table": ("Tabulka", "Table"),
    "produced": ("Vzniklo řádků", "Rows produced"),
    "accepted": ("Přijato", "Accepted"),
    "quarantined": ("Čeká na opravu", "To be mended"),
    "parent_refused": ("z toho jen kvůli nadřazenému záznamu", "of these only because of the record above"),
    "duplicate": ("Beze změny (už přijato)", "Unchanged (accepted before)"),
    "total": ("Celkem", "Total"),
    "findings": ("Nálezy", "Findings"),
    "file_severity": ("brání přijetí dodávky", "prevents the delivery"),
    "row_severity": ("brání přijetí řádku", "prevents the row"),
    "warning_severity": ("ke kontrole, řádek je přijat", "to be checked, row accepted"),
    "mend": ("Jak to napravit", "How to mend it"),
    "count": ("počet", "count"),
    "key": ("Váš klíč", "Your key"),
    "file": ("Soubor", "File"),
    "sheet": ("List nebo část", "Sheet or part"),
    "row": ("Řádek", "Row"),
    "column": ("Sloupec", "Column"),
    "detail": ("Podrobnost", "Detail"),
    "more": ("Další výskyty, řádky", "Further rows"),
    "more_hidden": ("Další výskyty, které zde nejsou vypsány", "Further places that are not listed here"),
    "state": ("Stav", "State"),
    "new": ("nové", "new"),
    "open": ("stále otevřené", "still open"),
    "book": (
        "Tytéž údaje jsou v sešitu {name} ve stejné složce; dá se v něm řadit a filtrovat.",
        "The same is in the workbook {name} in the same folder, to be sorted and filtered.",
    ),
    "compared": ("Co se změnilo od předchozí dodávky", "What changed since the delivery before"),
    "compared_with": (
        "Předchozí přijatá dodávka: export ke dni {day}.",
        "The accepted delivery before: extract of {day}.",
    ),
    "compared_note": (
        "Nález je týž, má-li stejnou tabulku, klíč, pravidlo a sloupec. Za napravený ho počítáme, jen když záznam "
        "přišel znovu a je v pořádku. Co v přírůstkové dodávce znovu nepřišlo, zůstává otevřené; co chybí v úplném "
        "exportu, zaniklo i se záznamem.",
        "A finding is the same when table, key, rule and column are. It counts as mended only when the record came "
        "again and is right. What did not come again in an increment stays open; what a full extract no longer has is "
        "gone with its record.",
    ),
    "compared_nothing": (
        "V předchozí dodávce ani v této není žádný nález.",
        "Neither the delivery before nor this one has a finding.",
    ),
    "compared_first": (
        "Je to Vaše první přijatá dodávka, zatím ji není s čím porovnat.",
        "This is your first accepted delivery; there is nothing to compare it with yet.",
    ),
    "finding": ("Nález", "Finding"),
    "new_count": ("Nové", "New"),
    "open_count": ("Stále otevřené", "Still open"),
    "mended_count": ("Napravené", "Mended"),
    "gone_count": ("Zaniklé se záznamem", "Gone with the record"),
    "waiting": ("Nálezy ze starších dodávek, které jsou stále otevřené", "Findings of earlier deliveries, still open"),
    "waiting_note": (
        "Tyto záznamy v nynější dodávce znovu nepřišly. Opravte je prosím ve svém systému; přijdou s některou další.",
        "These records did not come again with this delivery. Please mend them in your system; they come later.",
    ),
    "since": ("Od exportu ke dni", "Since the extract of"),
    "completeness": ("Vyplněnost sloupců, které nejsou povinné", "How complete the columns are that are not required"),
    "completeness_note": (
        "Podíl vyplněných buněk; u údajů, které mají smysl jen za určitých okolností, jen z řádků, kde tyto okolnosti "
        "nastaly. Prázdná buňka není chyba, ale čím více jich je, tím méně lze z výsledků vyčíst.",
        "The share of filled cells; of values that make sense only under certain circumstances, among the rows where "
        "these apply. An empty cell is no error, but the more there are, the less the results can tell.",
    ),
    "this": ("Tato dodávka", "This delivery"),
    "before": ("Předchozí", "The one before"),
    "trend": ("Vývoj", "Trend"),
    "asked": ("Řádků", "Rows"),
    "drop": ("pokles o {points} procentních bodů", "down by {points} percentage points"),
    "drop_advice": (
        "Vyplněnost některých sloupců výrazně klesla (níže označeno). Ověřte prosím, zda se nezměnil export.",
        "Some columns are much less complete than before (marked below). Please check whether the export has changed.",
    ),
    "complete": ("Vyplněno ve všech řádcích", "Filled in every row"),
    "never": ("Zatím od Vás nedostáváme", "Not delivered by you so far"),
    "custody": ("Porovnání s údaji Vězeňské služby", "Compared with the Prison Service's records"),
    "custody_note": (
        "Uvádíme jen přibližný počet klientů, nikoli jednotlivé záznamy: co o Vašich klientech vede jiná organizace, "
        "Vám sdělit nesmíme. Součty se nemusí shodovat vždy a všechny řádky jsou přijaty.",
        "Only a rough number of clients is given, no single records: what another organisation holds on your clients "
        "must not be told to you. Totals need not always add up, and all rows are accepted.",
    ),
    "custody_differs": (
        "Týká se přibližně {low} až {high} z {persons} klientů.",
        "This concerns about {low} to {high} of {persons} clients.",
    ),
    "custody_agrees": (
        "Týká se nejvýše {high} z {persons} klientů; není co řešit.",
        "This concerns at most {high} of {persons} clients; nothing needs to be done.",
    ),
    "codes": ("Neznámé kódy", "Unknown codes"),
    "summary": ("Souhrn", "Summary"),
    "verdict": ("Výsledek", "Result"),
    "wrong": ("Co je špatně", "What is wrong"),
    "severity": ("Závažnost", "Severity"),
    "unread_sheet": ("Nečteno", "Not read"),
    "changes_sheet": ("Změny", "Changes"),
    "completeness_sheet": ("Vyplněnost", "Completeness"),
    "rows_named": ("řádky {rows}", "rows {rows}"),
    "ignored": ("Sloupce, které nečteme", "Columns that we do not read"),
    "ignored_note": (
        "Tyto sloupce nejsou v dohodě o předávání dat a nepoužíváme je; raději je neposílejte.",
        "These columns are not in the agreement on delivering data. They are not used; better leave them out.",
    ),
    "unread": ("Soubory a listy, které nečteme", "Files and sheets that we do not read"),
    "unread_note": (
        "Nepatří k žádné dohodnuté tabulce. Pokud v nich mají být data, zkontrolujte jejich název.",
        "They belong to no agreed table. If they should hold data, check their names.",
    ),
    "unknown_rule": ("Nález bez popisu", "Finding without words"),
    "unknown_mend": ("Obraťte se prosím na správce dat.", "Please ask the data steward."),
    "data steward": ("správce dat", "data steward"),
    "missing_fields": ("Chybí nebo nesouhlasí", "Missing or wrong"),
    "birth_number": ("rodné číslo", "birth number"),
    "e_mail": ("e-mailová adresa", "e-mail address"),
    "phone": ("telefonní číslo", "telephone number"),
    "bank_account": ("číslo bankovního účtu", "bank account"),
    "document_number": ("číslo dokladu", "number of a document"),
    "address": ("adresa", "address"),
    "date_of_birth": ("datum narození", "date of birth"),
    "name": ("jméno osoby", "name of a person"),
    "free_text": ("volný text", "free text"),
    "cell": ("v buňce", "in a cell"),
    "heading": ("v záhlaví sloupce", "in a heading"),
    "sheet name": ("v názvu listu", "in a sheet name"),
    "file name": ("v názvu souboru", "in a file name"),
    "archive comment": ("v komentáři archivu", "in the archive's comment"),
    "file metadata": ("v metadatech souboru", "in the file's metadata"),
    "sidecar": ("v souboru delivery.toml", "in delivery.toml"),
    "name of the delivery": ("v názvu dodávky", "in the delivery's name"),
    "document properties": ("ve vlastnostech dokumentu", "in the document's properties"),
    "comments": ("v komentáři", "in a comment"),
    "authors of comments": ("mezi autory komentářů", "among the authors of comments"),
    "drawing or chart": ("v kresbě nebo grafu", "in a drawing or chart"),
    "worksheet outside its cells": (
        "na listu mimo buňky (záhlaví stránky, vzorec, ověření dat)",
        "on a sheet outside its cells (page header, formula, validation)",
    ),
    "links": ("v odkazu", "in a link"),
    "cached data": (
        "v uložené kopii dat (například kontingenční tabulka)",
        "in a stored copy of data (such as a pivot table)",
    ),
    "workbook settings": ("v nastavení sešitu", "in the workbook's settings"),
    "part name": ("v názvu části sešitu", "in the name of a part of the workbook"),
    "(name withheld)": ("(název neuvádíme)", "(name withheld)"),
}


class Words:
    """The page's words in one language; rules' own words come from their records."""

    def __init__(self, language: str, more: Mapping[str, tuple[str, str]] | None = None) -> None:
        """`more` are the phrases of other pages."""
        self.language = language
        self._position = 0 if language == "cs" else 1
        self._catalogue = WORDS | dict(more or {})

    def __call__(self, key: str) -> str:
        """A phrase by its key; raises KeyError for one that is not in the catalogue."""
        return self._catalogue[key][self._position]

    def known(self, text: str) -> str:
        """A word that another stage wrote, translated where the catalogue has it."""
        if text in self._catalogue:
            return self._catalogue[text][self._position]
        return text.replace("(name withheld)", self("(name withheld)"))

    def table(self, name: str) -> str:
        """A table's name; empty for findings on a whole delivery."""
        return TABLES[name][self._position] if name else ""

    def number(self, value: int) -> str:
        """1 234 in Czech, with a non-breaking space; 1,234 in English."""
        return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}") if self.language == "cs" else f"{value:,}"

    def quoted(self, text: str) -> str:
        """A text in the language's quotation marks."""
        return f"„{text}“" if self.language == "cs" else f"“{text}”"

    def percent(self, share: float) -> str:
        """87 % in Czech, 87% in English; never rounded up to all or down to none."""
        whole = min(max(round(100 * share), 1 if share > 0 else 0), 99 if share < 1 else 100)
        return f"{whole}\N{NO-BREAK SPACE}%" if self.language == "cs" else f"{whole}%"

    def day(self, value: date | None) -> str:
        """31. 7. 2023 in Czech, 2023-07-31 in English; a dash for none."""
        if value is None:
            return "–"
        return f"{value.day}. {value.month}. {value.year}" if self.language == "cs" else value.isoformat()
