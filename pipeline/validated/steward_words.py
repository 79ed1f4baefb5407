"""The words of the data steward's report in Czech and English, beside those of the feedback."""

STEWARD: dict[str, tuple[str, str]] = {
    "steward": ("Zpráva pro správce dat: spojení osob", "For the data steward: linkage of persons"),
    "steward_note": (
        "Jen pro správce dat. Zpráva srovnává záznamy různých organizací o týchž osobách a obsahuje pseudonymy; nikdy "
        "ji neposílejte partnerům. Nic se podle ní nespojuje samo: rozhoduje člověk a důvod zapíše do decisions.toml.",
        "For the data steward alone. The report compares what different organisations record of the same persons and "
        "holds pseudonyms; never send it to partners. Nothing is joined by it: a person decides and writes the reason "
        "into decisions.toml.",
    ),
    "conflicts": ("Jeden pseudonym, rozporné údaje", "One pseudonym, conflicting records"),
    "conflicts_note": (
        "Zdroje se u téže osoby liší v pohlaví nebo v roce narození o více než rok: překlep, nebo dvě osoby pod jedním "
        "pseudonymem.",
        "Sources differ in sex, or in the year of birth by more than one, for the same person: a slip, or two persons "
        "under one pseudonym.",
    ),
    "suspected": ("Možná jedna osoba pod dvěma pseudonymy", "Possibly one person under two pseudonyms"),
    "suspected_note": (
        "Dvojice od pravděpodobnosti {threshold}, nejpravděpodobnější první. Shoda se posuzuje podle roku narození, "
        "kraje, občanství, vzdělání, měsíců v téže věznici a dnů přijetí, propuštění a léčby; kdo byl zároveň na dvou "
        "místech, jsou dvě osoby. Jak spolehlivé to je, říká docs/linkage.md.",
        "Pairs from a probability of {threshold}, most probable first. Compared are year of birth, region, "
        "citizenship, education, months in the same prison, and days of admission, release and treatment; whoever was "
        "in two places at once is two persons. How far this can be relied on is said in docs/linkage.md.",
    ),
    "decided": ("Již rozhodnuto", "Decided already"),
    "other_notes": ("Ostatní rozpory mezi zdroji", "Other contradictions between sources"),
    "person": ("Osoba", "Person"),
    "other_person": ("Druhá osoba", "Other person"),
    "source": ("Zdroj", "Source"),
    "persons": ("Pseudonymy", "Pseudonyms"),
    "sources": ("Zdroje každého", "Sources of each"),
    "key": ("Klíč", "Key"),
    "sex": ("Pohlaví", "Sex"),
    "male": ("muž", "male"),
    "female": ("žena", "female"),
    "unknown": ("neznámo", "unknown"),
    "birth_year": ("Rok narození", "Year of birth"),
    "agrees": ("V čem se shodují", "What agrees"),
    "probability": ("Pravděpodobnost", "Probability"),
    "custody": ("Pobyty", "Stays"),
    "region": ("Kraj", "Region"),
    "citizenship": ("Občanství", "Citizenship"),
    "education": ("Vzdělání", "Education"),
    "places": ("Společné měsíce ve věznici", "Shared months in a prison"),
    "days": ("Společné dny", "Shared days"),
    "equal": ("shodné", "equal"),
    "differs": ("liší se", "differs"),
    "one apart": ("o rok", "one apart"),
    "one of them has no stay": ("jen jedna má pobyt", "only one has a stay"),
    "both or neither have stays": ("obě, nebo žádná", "both or neither"),
    "all, three months or more": ("všechny, tři a více", "all, three or more"),
    "all, a month or two": ("všechny, jeden až dva", "all, one or two"),
    "some": ("některé", "some"),
    "none": ("žádné", "none"),
    "two days or more": ("dva a více", "two or more"),
    "one day": ("jeden", "one"),
    "decision": ("Rozhodnutí", "Decision"),
    "same": ("jedna osoba", "one person"),
    "different": ("dvě osoby", "two persons"),
    "reason": ("Důvod", "Reason"),
    "owner": ("Rozhodl(a)", "Decided by"),
    "date": ("Dne", "On"),
    "in_data": ("V datech", "In the data"),
    "yes": ("obě", "both"),
    "no": ("ne obě: zkontrolujte pseudonymy", "not both: check the pseudonyms"),
    "nothing": ("Nic takového se nenašlo.", "Nothing of the kind was found."),
    "how": (
        "Rozhodnutí se zapisuje takto; „same“ platí od příštího běhu a je vidět v počtech stupně core:",
        "A decision is written like this; “same” holds from the next run on and is seen in the counts of core:",
    ),
}
