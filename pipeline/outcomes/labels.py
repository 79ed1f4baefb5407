"""Words for the codes that this stage makes: cohorts, groups, parts of measures, attrition steps, reasons, units."""

from __future__ import annotations

from pipeline.outcomes.define_exposure import part_titles
from pipeline.outcomes.definition import Text
from pipeline.outcomes.instruments import instruments

COHORTS = {
    "programme": Text("klienti programu (první propuštění)", "programme clients (first release)"),
    "programme_open": Text(
        "klienti programu s dohodou trvající při propuštění", "programme clients whose case was open at release"
    ),
    "programme_per_release": Text("všechna propuštění klientů programu", "all releases of programme clients"),
    "all_releases": Text("všechna propuštění z výkonu trestu", "all releases from sentence"),
    "comparison": Text(
        "propuštění uživatelé drog mimo program", "released drug users outside the programme (first release)"
    ),
    "romodrom": Text("dohody programu Romodrom", "agreements of the Romodrom programme"),
    "family": Text("blízcí, jimž program sloužil", "relatives served by the programme"),
}

GROUPS = {
    "all": Text("celkem", "all"),
    "partner": Text("podle partnera", "by partner"),
    "prison": Text("podle věznice", "by prison"),
    "quarter": Text("podle čtvrtletí", "by quarter"),
    "planned": Text("podle předvídatelnosti propuštění", "by whether the release was planned"),
    "drug_user": Text("podle užívání drog při přijetí", "by drug use at admission"),
    "domain": Text("podle oblasti", "by domain"),
    "end_reason": Text("podle důvodu ukončení", "by reason of ending"),
    "channel": Text("podle způsobu podání", "by channel"),
    "reason": Text("podle důvodu", "by reason"),
    "outcome": Text("podle výsledku", "by outcome"),
    "sex": Text("podle pohlaví", "by sex"),
    "age": Text("podle věku při propuštění", "by age at release"),
    "citizenship": Text("podle občanství", "by citizenship"),
    "region": Text("podle kraje", "by region"),
    "state_before": Text("podle výchozí situace", "by the situation at first"),
    "landmark": Text("podle toho, co do té doby nastalo", "by what had happened by then"),
    "complex_case": Text("podle složitosti případu", "by complexity of the case"),
}

GROUP_VALUES = {
    "age": {
        "under_25": Text("do 25 let", "under 25"),
        "25_to_34": Text("25 až 34 let", "25 to 34"),
        "35_to_44": Text("35 až 44 let", "35 to 44"),
        "45_and_over": Text("45 a více let", "45 and over"),
        "unknown": Text("neuvedeno", "unknown"),
    },
    "state_before": {
        "stable": Text("na začátku stálé", "stable at first"),
        "unstable": Text("na začátku nestálé", "unstable at first"),
        "unknown": Text("na začátku neznámé", "unknown at first"),
    },
    "landmark": {
        "by_then": Text("nastalo", "had happened"),
        "not_by_then": Text("nenastalo", "had not happened"),
        "unknown": Text("nelze zjistit", "cannot be known"),
    },
    "complex_case": {
        "yes": Text("složitý případ", "complex case"),
        "no": Text("ostatní případy", "other cases"),
        "unknown": Text("nelze určit", "cannot be said"),
    },
}
"""Words for the values of groups that this stage makes; the others are codes of the code lists."""

PLANNED = {
    "planned": Text("plánované", "planned"),
    "unplanned": Text("neplánované", "unplanned"),
    "unknown": Text("nelze určit", "cannot be said"),
}

COMPONENTS = {
    "": Text("celek", "whole"),
    "under_30": Text("předstih kratší než 30 dnů", "lead time under 30 days"),
    "contacts_direct": Text("přímé kontakty s klientem", "direct contacts with the client"),
    "contacts_indirect": Text("nepřímá práce", "indirect work"),
    "contacts_family": Text("kontakty s rodinou", "contacts with the family"),
    "minutes_direct": Text("minuty přímé práce s klientem", "minutes of direct work with the client"),
    "minutes_indirect": Text("minuty nepřímé práce", "minutes of indirect work"),
    "minutes_family": Text("minuty práce s rodinou", "minutes of work with the family"),
    "raised": Text("klienti, kteří zakázku vznesli", "clients who raised a need"),
    "met": Text("zakázky splněné", "needs met"),
    "partly_met": Text("zakázky splněné zčásti", "needs partly met"),
    "days_0_6": Text("den 0 až 6", "days 0 to 6"),
    "days_7_13": Text("den 7 až 13", "days 7 to 13"),
    "days_14_27": Text("den 14 až 27", "days 14 to 27"),
    "days_28_83": Text("den 28 až 83", "days 28 to 83"),
    "days_84_364": Text("den 84 až 364", "days 84 to 364"),
    "days_to_resolve": Text("dny do vyřízení", "days to resolve"),
    "days_free": Text("podíl dnů na svobodě", "share of days at liberty"),
    "days_before_return": Text(
        "podíl dnů před prvním návratem do vězení", "share of days before the first return to prison"
    ),
    "upper_tenth": Text("devadesátý percentil", "90th percentile"),
    "eligible": Text("žádosti z cílové skupiny", "applications from the target group"),
    "refused": Text("žádosti odmítnuté", "applications refused"),
    "release_to_month_3": Text("od propuštění do 3 měsíců po něm", "from release to 3 months after it"),
    "release_to_month_6": Text("od propuštění do 6 měsíců po něm", "from release to 6 months after it"),
    "release_to_month_12": Text("od propuštění do 12 měsíců po něm", "from release to 12 months after it"),
    "intake_to_month_3": Text("od vstupu do 3 měsíců po propuštění", "from intake to 3 months after release"),
    "intake_to_month_6": Text("od vstupu do 6 měsíců po propuštění", "from intake to 6 months after release"),
    "intake_to_month_12": Text("od vstupu do 12 měsíců po propuštění", "from intake to 12 months after release"),
    "top": Text("profil výsledků léčby (TOP)", "Treatment Outcomes Profile (TOP)"),
    "whoqol_bref": Text("kvalita života (WHOQOL-BREF)", "quality of life (WHOQOL-BREF)"),
    "europasi": Text("závažnost závislosti (EuropASI)", "addiction severity (EuropASI)"),
    **part_titles(),
    **{scale.id: scale.title for scale in instruments().scale},
}

UNITS = {
    "persons": Text("osoby", "persons"),
    "releases": Text("propuštění", "releases"),
    "visits": Text("návštěvy", "visits"),
    "appointments": Text("schůzky", "appointments"),
    "person_days": Text("dny na svobodě", "days at liberty"),
    "agreements": Text("dohody", "agreements"),
    "families": Text("rodiny", "families"),
    "client_months": Text("klientoměsíce", "client-months"),
    "needs": Text("zakázky", "needs"),
    "complaints": Text("stížnosti", "complaints"),
    "treatments": Text("léčby", "treatments"),
    "hand_overs": Text("předání", "hand-overs"),
    "transfers": Text("přemístění", "transfers"),
    "applications": Text("žádosti", "applications"),
    "worker_months": Text("měsíce pracovníků", "worker-months"),
    "convictions": Text("odsouzení", "convictions"),
}

STEPS = {
    "applied": Text("zájemci o službu", "applied or were referred"),
    "eligible": Text("splnili podmínky", "eligible"),
    "agreed": Text("uzavřeli dohodu", "made an agreement"),
    "linked_to_custody": Text("dohledáni v údajích Vězeňské služby", "found in custody data"),
    "in_custody_data": Text("osoby v údajích Vězeňské služby", "people in custody data"),
    "released": Text("propuštěni", "released"),
    "released_from_sentence": Text("propuštěni z výkonu trestu", "released from sentence"),
    "drug_user": Text("užívání drog při přijetí", "drug use recorded at admission"),
    "outside_programme": Text("bez dohody s programem", "without an agreement with the programme"),
    "first_release": Text("první propuštění každé osoby", "each person's first release"),
    "window_21_complete": Text("uplynulo celých 21 dnů", "whole 21 days have passed"),
    "window_365_complete": Text("uplynulo celých 365 dnů", "whole 365 days have passed"),
    "conditions_met": Text("splnili podmínky skupiny", "meet the conditions of the group"),
    "case_open": Text("dohoda při propuštění trvala", "case open at release"),
    "registered": Text("evidovaní blízcí", "relatives on record"),
    "served": Text("blízcí, jimž program sloužil", "relatives served"),
}

REASONS = {
    "not_eligible": Text("nesplnili podmínky", "not eligible"),
    "eligibility_unknown": Text("splnění podmínek není uvedeno", "eligibility not stated"),
    "person_unknown": Text("žádost bez osoby", "application without a person"),
    "refused": Text("odmítnuti", "refused"),
    "waiting": Text("čekají", "waiting"),
    "withdrawn": Text("zájem vzali zpět", "withdrew"),
    "no_agreement": Text("dohoda nevznikla", "no agreement was made"),
    "consent_withdrawn": Text("odvolali souhlas", "withdrew consent"),
    "not_in_custody_data": Text("nedohledáni", "not found in custody data"),
    "agreed_outside_custody": Text("dohoda nevznikla během pobytu ve vězení", "agreement not made in custody"),
    "still_in_custody": Text("dosud ve vězení", "still in custody"),
    "released_later": Text("propuštěni po konci sledovaného čtvrtletí", "released after the quarter's end"),
    "released_from_remand": Text("propuštěni z vazby", "released from remand"),
    "death": Text("úmrtí", "death"),
    "deportation": Text("vyhoštění", "deportation"),
    "escape": Text("útěk", "escape"),
    "transfer_out": Text("převoz bez dalšího záznamu", "transferred, no later record"),
    "temporary_absence": Text("přerušení bez návratu v údajích", "on leave, no later record"),
    "status_change": Text("změna druhu vazby či trestu bez dalšího záznamu", "change of status, no later record"),
    "unknown": Text("neznámý důvod", "unknown reason"),
    "drug_use_no": Text("užívání drog neuvedeno", "no drug use recorded"),
    "drug_use_unknown": Text("užívání drog není známo", "drug use unknown"),
    "in_programme": Text("měli dohodu s programem", "had an agreement with the programme"),
    "later_release": Text("další propuštění téže osoby", "a later release of the same person"),
    "too_early": Text("období ještě neuplynulo", "too early"),
    "case_closed": Text("případ byl uzavřen", "case closed before release"),
    "not_served": Text("bez poskytnuté služby", "no service given"),
    "new_offence": Text("nový trestný čin", "new offence"),
    "earlier_offence": Text("dřívější trestný čin", "earlier offence"),
    "revocation": Text("zrušení podmíněného propuštění", "revocation of conditional release"),
    "conversion": Text("přeměna jiného trestu", "conversion of another sanction"),
    "not_known": Text("příčina není známa", "cause not known"),
    "other_birth_year": Text("jiný nebo neznámý rok narození", "another or unknown year of birth"),
    "other_drug_user": Text("jiný údaj o užívání drog", "another answer on drug use"),
    "other_partner": Text("jiný partner", "another partner"),
    "other_planned": Text("jiná předvídatelnost propuštění", "the release planned otherwise"),
    "other_prison": Text("jiná věznice", "another prison"),
    "other_region": Text("jiný kraj", "another region"),
    "other_sex": Text("jiné nebo neznámé pohlaví", "another or unknown sex"),
    "before_study": Text("propuštěni před začátkem údajů", "released before the data begin"),
    "completed": Text("řádné dokončení", "completed"),
    "imprisoned": Text("nový nástup do vazby či vězení", "new admission to custody"),
    "release": Text("propuštění", "release"),
}
