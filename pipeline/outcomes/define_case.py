"""Definitions of the case-management page: work done, needs, agreements, complaints, families, access to prisons.

Where the design leaves a definition open, the text below says which was chosen.
"""

from __future__ import annotations

from pipeline.outcomes.definition import Measure, Part, Text

BOTH = ("programme", "romodrom")
EVENT_DAY = Text(
    "den úkonu; patří do čtvrtletí, v němž se stal", "the day of the work; it belongs to that day's quarter"
)
AGREEMENT_DAY = Text("den uzavření dohody", "the day of the agreement")

DOSE = Measure(
    id="dose",
    kind="rate_per_person_time",
    unit="client_months",
    components=(
        "contacts_direct",
        "contacts_indirect",
        "contacts_family",
        "minutes_direct",
        "minutes_indirect",
        "minutes_family",
    ),
    name=Text("Intenzita práce s klientem", "Contacts and minutes per client-month"),
    meaning=Text(
        "Počet kontaktů a minut na jeden klientoměsíc. Klientoměsíc je kalendářní měsíc, v němž měl klient u "
        "partnera "
        "alespoň jeden den platnou dohodu. Přímá práce s klientem, nepřímá práce (vyřizování, jednání s "
        "úřady) a práce "
        "pouze s rodinou se uvádějí odděleně. Služby bez uvedené délky do minut nevstupují a počítají se zvlášť.",
        "Contacts and minutes per client-month. A client-month is a calendar month in which the client had "
        "an agreement "
        "with the partner on at least one day. Direct work with the client, indirect work (arrangements, "
        "dealing with "
        "authorities) and work with the family alone are kept apart. Services of unknown length add no "
        "minutes and are "
        "counted apart.",
    ),
    numerator_text=Text("uskutečněné kontakty, nebo jejich minuty", "contacts that took place, or their minutes"),
    denominator_text=Text("klientoměsíce s platnou dohodou", "client-months with an agreement"),
    cohorts=BOTH,
    event="service",
    day_zero=EVENT_DAY,
    tables=("case", "service"),
    groups=("all", "partner", "quarter"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

NEEDS = Measure(
    id="needs",
    kind="rate",
    unit="needs",
    components=("raised", "met", "partly_met"),
    parts=(Part("raised", "persons", "share"),),
    name=Text("Zakázky klientů", "Clients' needs"),
    meaning=Text(
        "Zakázky, s nimiž klienti přicházejí: podíl klientů, kteří v dané oblasti zakázku vznesli, a podíl "
        "zakázek, které "
        "byly splněny, nebo splněny zčásti. Otevřené zakázky zůstávají v základu a zvyšují horní mez.",
        "The needs that clients bring: the share of clients who raised a need in the domain, and the share "
        "of needs that "
        "were met, or partly met. Open needs stay in the denominator and raise the upper bound.",
    ),
    numerator_text=Text("klienti se zakázkou; zakázky splněné", "clients with a need; needs met"),
    denominator_text=Text("klienti s dohodou; zakázky vznesené", "clients with an agreement; needs raised"),
    cohorts=BOTH,
    event="need",
    day_zero=EVENT_DAY,
    tables=("case", "need"),
    groups=("all", "partner", "quarter", "domain"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

AGREEMENTS = Measure(
    id="agreements",
    kind="rate",
    unit="agreements",
    name=Text("Dohody a jejich ukončení", "Agreements and how they ended"),
    meaning=Text(
        "Podíl uzavřených dohod, které již skončily, podle důvodu ukončení. Ostatní dohody trvají. Skupiny "
        "jsou podle "
        "čtvrtletí uzavření dohody.",
        "The share of agreements that have ended, by reason. All others are still running. Quarters are "
        "those in which "
        "the agreement was made.",
    ),
    numerator_text=Text("dohody ukončené", "agreements ended"),
    denominator_text=Text("dohody uzavřené", "agreements made"),
    cohorts=BOTH,
    event="agreement_ended",
    day_zero=AGREEMENT_DAY,
    tables=("case",),
    groups=("all", "partner", "prison", "quarter", "end_reason"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

COMPLAINTS = Measure(
    id="complaints",
    kind="count",
    unit="persons",
    components=("", "days_to_resolve"),
    parts=(Part("", "persons", "ratio", per=100), Part("days_to_resolve", "complaints", "median")),
    name=Text("Stížnosti", "Complaints"),
    meaning=Text(
        "Počet přijatých stížností na 100 klientů s platnou dohodou, podle způsobu podání, a medián počtu "
        "dnů do vyřízení. "
        "Anonymní stížnosti nelze přiřadit osobám; každá se počítá jednou.",
        "Complaints received per 100 clients with an agreement, by channel, and the median number of days "
        "until they were "
        "resolved. Anonymous complaints cannot be traced to people; each counts once.",
    ),
    numerator_text=Text("přijaté stížnosti", "complaints received"),
    denominator_text=Text("klienti s platnou dohodou", "clients with an agreement"),
    cohorts=BOTH,
    event="complaint_received",
    day_zero=EVENT_DAY,
    tables=("case", "complaint"),
    groups=("all", "partner", "quarter", "channel"),
    source="programme definition",
    source_cs="definice programu",
)

FAMILY_CONTACT = Measure(
    id="family_contact",
    kind="rate",
    unit="families",
    windows=(90,),
    name=Text("Práce s rodinou", "Work with the family"),
    meaning=Text(
        "Podíl rodin, kterým program do 90 dnů od první dohody s klientem poskytl službu nebo podpořil "
        "jejich kontakt s klientem. "
        "Rodinou se rozumí blízcí jednoho klienta, je-li evidován alespoň jeden.",
        "The share of families that received a service, or whose contact with the client was supported, "
        "within 90 days of "
        "the client's first agreement. A family is the relatives of one client, where at least one is on record.",
    ),
    numerator_text=Text("rodiny, s nimiž se pracovalo", "families worked with"),
    denominator_text=Text("rodiny klientů s dohodou", "families of clients with an agreement"),
    cohorts=("romodrom",),
    event="family_service",
    day_zero=AGREEMENT_DAY,
    tables=("case", "service", "family_member"),
    groups=("all", "partner", "quarter"),
    source="programme definition; 90 days chosen here",
    source_cs="definice programu; lhůta 90 dnů zvolena zde",
    process=True,
)

FAMILY_VISIT = Measure(
    id="family_visit_7d",
    kind="rate",
    unit="families",
    windows=(7,),
    name=Text("Návštěva v rodině do týdne po propuštění", "Family visit within a week of release"),
    meaning=Text(
        "Podíl rodin, které pracovník navštívil v den propuštění klienta z trestu nebo do sedmi dnů poté. "
        "Rozhodující "
        "je první propuštění z trestu, během něhož dohoda vznikla.",
        "The share of families visited by a worker on the day of the client's release from sentence or "
        "within seven days. "
        "The first release from the term during which the agreement was made decides.",
    ),
    numerator_text=Text("rodiny navštívené včas", "families visited in time"),
    denominator_text=Text("rodiny propuštěných klientů s dohodou", "families of released clients with an agreement"),
    cohorts=("romodrom",),
    event="family_visit",
    day_zero=Text("den propuštění, který se počítá", "the day of release, which counts"),
    tables=("case", "service", "family_member"),
    groups=("all", "partner", "quarter"),
    source="programme definition; a visit is attended field work in the family",
    source_cs="definice programu; návštěvou je uskutečněná terénní práce v rodině",
    process=True,
)

CANCELLED = Measure(
    id="cancelled_by_prison_share",
    kind="rate",
    unit="visits",
    name=Text("Návštěvy zrušené věznicí", "Visits cancelled by the prison"),
    meaning=Text(
        "Podíl sjednaných návštěv pracovníků ve věznici, které zrušila věznice, podle důvodu. Základem jsou všechny "
        "sjednané návštěvy klienta nebo rodiny: uskutečněné, zmeškané klientem i zrušené kteroukoli stranou. Nepřímá "
        "práce ve věznici a jednání s jejími pracovníky návštěvou nejsou.",
        "The share of arranged visits of workers in prison that the prison cancelled, by reason. The denominator is "
        "all arranged visits to the client or family: held, missed by the client, or cancelled by either side. "
        "Indirect work in a prison and talks with its staff are no visits.",
    ),
    numerator_text=Text("návštěvy zrušené věznicí", "visits cancelled by the prison"),
    denominator_text=Text("sjednané návštěvy ve věznici", "visits arranged in prison"),
    cohorts=BOTH,
    event="visit",
    day_zero=EVENT_DAY,
    tables=("case", "service"),
    groups=("all", "partner", "prison", "quarter", "reason"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

MISSED = Measure(
    id="missed_share",
    kind="rate",
    unit="appointments",
    name=Text("Zmeškané schůzky", "Missed appointments"),
    meaning=Text(
        "Podíl schůzek, na které klient nepřišel. Základem jsou schůzky s klientem uskutečněné a zmeškané; schůzky "
        "zrušené kteroukoli stranou, nepřímá práce a jednání jen s rodinou či s úřady se nepočítají.",
        "The share of appointments that the client missed. The denominator is appointments with the client held or "
        "missed; those cancelled by either side, indirect work and work with the family or authorities alone do not "
        "count.",
    ),
    numerator_text=Text("schůzky zmeškané klientem", "appointments missed by the client"),
    denominator_text=Text("schůzky uskutečněné nebo zmeškané", "appointments held or missed"),
    cohorts=BOTH,
    event="appointment",
    day_zero=EVENT_DAY,
    tables=("case", "service"),
    groups=("all", "partner"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

MEASURES = (DOSE, NEEDS, AGREEMENTS, COMPLAINTS, FAMILY_CONTACT, FAMILY_VISIT, CANCELLED, MISSED)
