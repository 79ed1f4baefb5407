"""The words of the data-quality pages in Czech and English, beside those of the feedback."""

QUALITY: dict[str, tuple[str, str]] = {
    "quality": ("Kvalita dat", "Data quality"),
    "quality_note": (
        "Stránka je jen pro tým vyhodnocení. Obsahuje počty, žádné hodnoty ani klíče osob; malé počty však mohou "
        "ukazovat na jednotlivce, proto ji neposílejte partnerům ani nezveřejňujte.",
        "This page is for the evaluation team alone. It holds counts, no values or keys of persons; small counts may "
        "still point to somebody, so do not send it to partners or publish it.",
    ),
    "run": ("Běh", "Run"),
    "quarter": ("Čtvrtletí", "Quarter"),
    "as_of": ("Ke dni", "As of"),
    "now": ("Partneři podle poslední dodávky", "Partners by their last delivery"),
    "now_note": (
        "Pokryto do: poslední den, o kterém partner něco dodal. Schází dní: kolik jich chybí do konce čtvrtletí. "
        "Zpoždění: dní od exportu k přijetí. k < 5: podíl řádků, které se v pohlaví, pětiletí narození, kraji, věznici "
        "a měsíci propuštění shodují s méně než čtyřmi jinými.",
        "Covered to: the last day of which the partner delivered anything. Days short: how many are missing up to the "
        "quarter's end. Delay: days from the extract to its receipt. k < 5: the share of rows that agree in sex, five "
        "years of birth, region, prison and month of release with fewer than four others.",
    ),
    "last_extract": ("Poslední export", "Last extract"),
    "covered_to": ("Pokryto do", "Covered to"),
    "days_short": ("Schází dní", "Days short"),
    "delay": ("Zpoždění (dní)", "Delay (days)"),
    "open_rows": ("Otevřené nálezy na řádcích", "Open findings on rows"),
    "open_warnings": ("Otevřená upozornění", "Open warnings"),
    "drift": ("Úbytek řádků", "Fewer rows"),
    "k": ("k < 5", "k < 5"),
    "filled": ("Vyplněnost", "Completeness"),
    "by_quarter": ("Partneři podle čtvrtletí", "Partners by quarter"),
    "by_quarter_note": (
        "Dodávka patří do čtvrtletí, ve kterém byl export vytvořen.",
        "A delivery belongs to the quarter in which its extract was made.",
    ),
    "deliveries": ("Dodávek", "Deliveries"),
    "refused_deliveries": ("Z toho nepřijatých", "Of these refused"),
    "row_findings": ("Nálezy na řádcích", "Findings on rows"),
    "warnings": ("Upozornění", "Warnings"),
    "nothing": ("nic nedodáno", "nothing delivered"),
    "against": ("Porovnání s údaji Vězeňské služby", "Against the Prison Service's records"),
    "against_note": (
        "Klienti, u nichž údaje Vězeňské služby záznam partnera nepotvrzují. Součty se nemusí shodovat vždy. Řádky "
        "vidí jen správce dat.",
        "Clients of whom custody data do not confirm what the partner recorded. Totals need not always add up. The "
        "data steward alone sees the rows.",
    ),
    "persons": ("Klientů", "Clients"),
    "differ": ("Neshoda", "Differ"),
    "tables": ("Tabulky", "Tables"),
    "rules": ("Pravidla", "Rules"),
    "rule": ("Pravidlo", "Rule"),
    "outcome": ("Výsledek", "Outcome"),
    "passed": ("v pořádku", "passed"),
    "failed": ("porušeno", "failed"),
    "not_applicable": ("není co posuzovat", "nothing to judge"),
    "words_only": ("posuzuje se při příjmu", "judged on receipt"),
    "checked": ("Posouzeno", "Checked"),
    "failed_rows": ("Porušeno", "Failed"),
    "told": ("Nálezů", "Findings"),
    "presence": ("Má být", "Presence"),
    "required": ("vždy", "required"),
    "optional": ("nepovinně", "optional"),
    "conditional": ("podmíněně", "conditional"),
    "columns": (
        "Sloupce a jejich vyplněnost v poslední dodávce",
        "Columns and how complete they are in the last delivery",
    ),
    "columns_note": (
        "Podíl řádků poslední přijaté dodávky, kde má být údaj uveden a je. Pomlčka: není co posuzovat.",
        "The share of rows of the last accepted delivery that are asked for the value and have it. Dash: none asked.",
    ),
    "checks": ("Kontroly", "Checks"),
    "row_is": ("Řádek je", "A row is"),
    "reason": ("Proč se na to ptáme", "Why this is asked"),
    "use": ("Co to znamená pro výsledky", "What it means for the results"),
    "advice": ("Rada odesílateli", "Advice to the sender"),
    "owner": ("Za pravidlo odpovídá", "Owner"),
    "threshold": ("Práh", "Threshold"),
    "threshold_until": ("{share} řádků, platí do {day}", "{share} of rows, until {day}"),
    "hears": ("Komu se sděluje", "Who is told"),
    "partner_hears": ("partnerovi, řádek po řádku", "the partner, row by row"),
    "counted_hears": (
        "partnerovi přibližný počet klientů, řádky jen správci dat",
        "the partner a rough number of clients, the data steward alone the rows",
    ),
    "steward_hears": ("jen správci dat", "the data steward alone"),
    "definition": ("Jak se posuzuje", "How it is judged"),
    "definition_words": (
        "Porušení zjišťuje příjem nebo převod dat, dřív než se řádky posuzují dotazem.",
        "Receipt or staging finds this before rows are judged by a query.",
    ),
    "query": ("Dotaz", "Query"),
    "judged_where": ("Posuzují se řádky, kde", "Rows are judged where"),
    "wrong_where": ("Řádek je chybný, když", "A row is wrong when"),
    "delivery_where": ("Dodávka je chybná, když", "A delivery is wrong when"),
    "by_partner": ("Nálezy podle partnerů", "Findings by partner"),
    "open_now": ("Z toho otevřené", "Of these open"),
    "home": ("Zpět na přehled", "Back to the overview"),
    "none": ("Žádné nálezy.", "No findings."),
}
