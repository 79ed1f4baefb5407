"""Definitions of continuity of care: the two primary outcomes, and what was ready on the day of release."""

from __future__ import annotations

from pipeline.outcomes.definition import Measure, Part, Text

COHORTS = ("programme", "programme_open", "programme_per_release")
GROUPS = ("all", "partner", "prison", "quarter", "planned", "complex_case")
DAY_ZERO = Text("den propuštění, který se počítá", "the day of release, which counts")
CLIENTS = Text(
    "propuštění klientů programu (u každého první propuštění z trestu, během něhož dohoda vznikla), "
    "u nichž již uplynulo celé sledované období",
    "releases of programme clients (each person's first release from the sentence during which the agreement was "
    "made) whose whole window has passed",
)
KNOWN = Text("propuštění klientů programu", "releases of programme clients")

CONTACT_MADE = Measure(
    id="contact_made",
    kind="rate",
    unit="releases",
    windows=(0, 1, 3, 7, 30),
    primary_window=7,
    name=Text("Kontakt po propuštění", "Contact after release"),
    meaning=Text(
        "První přímý kontakt klienta s kterýmkoli partnerem projektu v den propuštění nebo do uvedeného počtu dnů: "
        "u brány věznice, v terénu či v ambulanci, v pobytovém zařízení, telefonicky nebo on-line. Kontakt, "
        "na který klient "
        "nepřišel, ani práce pouze s rodinou se nepočítají. Kdo zemřel nebo byl vyhoštěn, zůstává v základu. "
        "Horní mez "
        "počítá i s klienty, u nichž údaje některého z jejich partnerů nesahají na konec období.",
        "The client's first direct contact with any project partner on the day of release or within the days "
        "stated: at the "
        "gate, in the community, in residential care, by phone or online. Missed appointments and work with "
        "the family "
        "alone do not count. People who died or left the country stay in the denominator. The upper bound adds "
        "clients "
        "for whom the data of one of their partners do not reach the end of the window.",
    ),
    numerator_text=Text("propuštění, po nichž ke kontaktu došlo", "releases after which contact was made"),
    denominator_text=CLIENTS,
    cohorts=COHORTS,
    event="contact",
    day_zero=DAY_ZERO,
    competing=("death", "deportation"),
    tables=("case", "service"),
    groups=GROUPS,
    source="programme definition; nested windows as in through-the-gate practice",
    source_cs="definice programu; období se do sebe vnořují, jak je v provázení propuštěných zvykem",
)

TREATMENT_STARTED = Measure(
    id="treatment_started",
    kind="rate",
    unit="releases",
    windows=(7, 21, 30, 90),
    primary_window=21,
    name=Text("Zahájení léčby u partnera projektu", "Started treatment at a project partner"),
    meaning=Text(
        "Klient po propuštění zahájil léčbu mimo vězení u partnera projektu, nebo pokračoval v léčbě "
        "zahájené dříve (tedy přišel na některou její službu), a to v den propuštění nebo do uvedeného počtu dnů. "
        "Doléčování se za zahájení léčby nepovažuje. O léčbě u jiných poskytovatelů projekt údaje nemá. Horní mez "
        "počítá i s klienty, u nichž údaje některého z jejich partnerů nesahají na konec období.",
        "The client started community treatment at a project partner, or attended a service of a community "
        "treatment opened earlier, on the day of release or within the days stated. Aftercare is not a start of "
        "treatment. Treatment at other providers is not known to the project. The upper bound adds "
        "clients for whom the data of one of their partners do not reach the end of the window.",
    ),
    numerator_text=Text("propuštění, po nichž byla léčba zahájena", "releases after which treatment started"),
    denominator_text=CLIENTS,
    cohorts=COHORTS,
    event="treatment",
    day_zero=DAY_ZERO,
    competing=("death", "deportation"),
    tables=("case", "service", "treatment"),
    groups=GROUPS,
    source="21 days as in England's continuity-of-care indicator C20",
    source_cs="21 dnů jako v anglickém ukazateli návaznosti péče C20",
)

PLAN_READY = Measure(
    id="plan_ready",
    kind="rate",
    unit="releases",
    name=Text("Plán připravený před propuštěním", "Release plan ready"),
    meaning=Text(
        "Podíl klientů, kteří měli nejpozději v den propuštění podepsaný individuální plán propuštění, a to v rámci "
        "dohody uzavřené během téhož trestu.",
        "The share of clients who had a signed release plan no later than the day of release, under an "
        "agreement made "
        "during the same term.",
    ),
    numerator_text=Text(
        "propuštění s plánem datovaným nejpozději dnem propuštění", "releases with a plan dated by then"
    ),
    denominator_text=KNOWN,
    cohorts=("programme",),
    event="plan",
    day_zero=DAY_ZERO,
    tables=("case",),
    groups=GROUPS,
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

LEAD_TIME = Measure(
    id="lead_time",
    kind="median",
    unit="releases",
    components=("", "under_30"),
    parts=(Part("under_30", "releases", "share"),),
    name=Text("Předstih práce před propuštěním", "Lead time before release"),
    meaning=Text(
        "Počet dnů od prvního kontaktu s klientem do jeho propuštění: medián a podíl klientů, s nimiž práce "
        "začala méně než "
        "30 dnů předem. Není-li den prvního kontaktu znám nebo je pozdější, počítá se od uzavření dohody.",
        "Days from the first contact with the client to the release: the median, and the share of clients with whom "
        "work began less than 30 days before. Where the first contact is not dated, the day of the agreement "
        "is taken.",
    ),
    numerator_text=Text("propuštění s předstihem kratším než 30 dnů", "releases with a lead time under 30 days"),
    denominator_text=KNOWN,
    cohorts=("programme",),
    event="lead_time",
    day_zero=DAY_ZERO,
    tables=("case",),
    groups=GROUPS,
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

UNPLANNED = Measure(
    id="unplanned_release_share",
    kind="rate",
    unit="releases",
    name=Text("Neplánovaná propuštění", "Unplanned releases"),
    meaning=Text(
        "Propuštění je neplánované, liší-li se jeho den od data očekávaného alespoň 30 dnů předem o více než "
        "14 dnů. Kde "
        "žádné datum včas známo nebylo, nelze rozhodnout; tato propuštění zůstávají v základu a zvyšují horní mez.",
        "A release is unplanned when its day differs by more than 14 days from the date expected at least 30 days "
        "before. Where no date was known in time this cannot be said; such releases stay in the denominator "
        "and raise "
        "the upper bound.",
    ),
    numerator_text=Text("neplánovaná propuštění", "unplanned releases"),
    denominator_text=KNOWN,
    cohorts=("programme",),
    event="unplanned_release",
    day_zero=DAY_ZERO,
    tables=("case", "custody_stay"),
    groups=("all", "partner", "prison", "quarter"),
    source="programme definition",
    source_cs="definice programu",
)

TREATED = Text(
    "propuštění klientů programu, kteří se ve vězení léčili ještě v posledních 30 dnech před propuštěním",
    "releases of programme clients who were in treatment in prison in the last 30 days before release",
)

TREATMENT_CONTINUED = Measure(
    id="treatment_continued",
    kind="rate",
    unit="releases",
    windows=(21,),
    name=Text("Návaznost léčby z vězení", "Treatment continued from prison"),
    meaning=Text(
        "Podíl klientů léčených ve vězení ještě v posledních 30 dnech před propuštěním, kteří do 21 dnů po "
        "propuštění "
        "zahájili léčbu u partnera projektu nebo v ní pokračovali. O léčbě u jiných poskytovatelů projekt "
        "údaje nemá.",
        "The share of clients in treatment in prison in the last 30 days before release who started or went on with "
        "treatment at a project partner within 21 days of release. Treatment at other providers is not known to the "
        "project.",
    ),
    numerator_text=TREATMENT_STARTED.numerator_text,
    denominator_text=TREATED,
    cohorts=("programme",),
    event="treatment",
    day_zero=DAY_ZERO,
    competing=("death", "deportation"),
    tables=("case", "service", "treatment"),
    groups=("all", "planned", "complex_case"),
    source="like England's continuity-of-care indicator C20",
    source_cs="podobně jako anglický ukazatel návaznosti péče C20",
    subset="treated_in_prison",
)

OAT_CONTINUED = Measure(
    id="oat_continued",
    kind="rate",
    unit="releases",
    windows=(3, 7, 28),
    name=Text("Návaznost substituční léčby", "Opioid agonist treatment continued"),
    meaning=Text(
        "Podíl klientů, kteří měli ve vězení substituční léčbu ještě v posledních 30 dnech před propuštěním a "
        "u partnera "
        "projektu na ni navázali tak, že přerušení nebylo delší než uvedený počet dnů. Přerušení se počítá od konce "
        "léčby ve vězení, nejpozději ode dne propuštění.",
        "The share of clients on opioid agonist treatment in prison in the last 30 days before release who "
        "went on with "
        "it at a project partner with no gap longer than the days stated. The gap runs from the end of treatment in "
        "prison, at the latest from the day of release.",
    ),
    numerator_text=Text("propuštění, po nichž léčba navázala", "releases after which treatment went on"),
    denominator_text=Text(
        "propuštění klientů programu se substituční léčbou ve vězení v posledních 30 dnech",
        "releases of programme clients on opioid agonist treatment in prison in the last 30 days",
    ),
    cohorts=("programme",),
    event="opioid_agonist",
    day_zero=Text(
        "konec léčby ve vězení, nejpozději den propuštění",
        "the end of treatment in prison, at the latest the day of release",
    ),
    competing=("death", "deportation"),
    tables=("case", "treatment"),
    groups=("all", "planned", "complex_case"),
    source="gap of 3 and 7 days as in studies of continuity of opioid agonist treatment; up to 28 days is retention",
    source_cs="přerušení do 3 a 7 dnů jako ve studiích návaznosti substituční léčby; do 28 dnů jde o setrvání v léčbě",
    subset="opioid_agonist_in_prison",
)

PRE_RELEASE_CONTACTS = Measure(
    id="pre_release_contacts",
    kind="rate",
    unit="releases",
    name=Text("Kontakty před propuštěním", "Contacts before release"),
    meaning=Text(
        "Podíl klientů, s nimiž v posledních 60 dnech před propuštěním proběhly alespoň dva přímé kontakty. Den "
        "propuštění se nepočítá. Horní mez počítá i s klienty, u nichž údaje partnera celých 60 dnů nepokrývají.",
        "The share of clients with at least two direct contacts in the last 60 days before release. The day of "
        "release "
        "does not count. The upper bound adds clients for whom the partner's data do not cover all 60 days.",
    ),
    numerator_text=Text("propuštění po alespoň dvou kontaktech", "releases after at least two contacts"),
    denominator_text=KNOWN,
    cohorts=("programme",),
    event="contact_before",
    day_zero=DAY_ZERO,
    tables=("case", "service"),
    groups=("all", "partner", "planned", "complex_case"),
    source="programme definition",
    source_cs="definice programu",
    process=True,
)

DOCUMENTS_AT_RELEASE = Measure(
    id="documents_at_release",
    kind="rate",
    unit="releases",
    name=Text("Doklady při propuštění", "Identity documents at release"),
    meaning=Text(
        "Podíl klientů, kteří měli při propuštění osobní doklady, podle posledního záznamu o životní situaci "
        "od začátku "
        "trestu do sedmi dnů po propuštění. Kde záznam chybí nebo odpověď není známa, nelze rozhodnout; tito klienti "
        "zůstávají v základu a zvyšují horní mez.",
        "The share of clients who had identity documents at release, by the last record of their situation from the "
        "start of the term to seven days after release. Where there is no record or no answer this cannot be "
        "said; such "
        "clients stay in the denominator and raise the upper bound.",
    ),
    numerator_text=Text("propuštění s doklady", "releases with documents"),
    denominator_text=KNOWN,
    cohorts=("programme",),
    event="documents",
    day_zero=DAY_ZERO,
    tables=("case", "living_status"),
    groups=("all", "partner", "planned"),
    source="programme definition; seven days chosen here",
    source_cs="definice programu; lhůta sedmi dnů zvolena zde",
    proof_lag=7,
    process=True,
)

BANDS = ((0, 6), (7, 13), (14, 27), (28, 83), (84, 364))
POST_RELEASE_DEATH = Measure(
    id="post_release_death",
    kind="rate_per_person_time",
    unit="person_days",
    components=tuple(f"days_{first}_{last}" for first, last in BANDS),
    parts=tuple(Part(f"days_{first}_{last}", "person_days", "ratio", per=365_250) for first, last in BANDS),
    name=Text("Úmrtí po propuštění", "Deaths after release"),
    meaning=Text(
        "Počet úmrtí na 1 000 osoboroků na svobodě podle doby od propuštění. Na svobodě je člověk od propuštění do "
        "prvního nového přijetí do vazby nebo vězení. Jen pro vnitřní potřebu: nikdy se nezveřejňuje. Zdrojem jsou "
        "úmrtí, která hlásí Vězeňská služba; o úmrtích mimo vězení nemusí být úplná.",
        "Deaths per 1,000 person-years at liberty by time since release. A person is at liberty from release to the "
        "first new admission to custody. Internal only: never published. The source is deaths reported by the Prison "
        "Service, which may be incomplete outside prison.",
    ),
    numerator_text=Text("úmrtí na svobodě", "deaths at liberty"),
    denominator_text=Text("dny na svobodě", "days at liberty"),
    cohorts=("programme", "all_releases"),
    event="death",
    day_zero=DAY_ZERO,
    tables=("custody_stay", "death"),
    groups=("all",),
    source="intervals as in studies of mortality after release from prison",
    source_cs="období jako ve studiích úmrtnosti po propuštění z vězení",
)

MEASURES = (
    CONTACT_MADE,
    TREATMENT_STARTED,
    PLAN_READY,
    LEAD_TIME,
    UNPLANNED,
    TREATMENT_CONTINUED,
    OAT_CONTINUED,
    PRE_RELEASE_CONTACTS,
    DOCUMENTS_AT_RELEASE,
    POST_RELEASE_DEATH,
)
