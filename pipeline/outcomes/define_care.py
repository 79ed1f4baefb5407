"""Definitions of care that goes on: engagement, retention, hand-overs, moves between prisons. Day 0 is their own."""

from __future__ import annotations

from pipeline.outcomes.definition import Measure, Text

PROGRAMME = ("programme",)
TREATMENT_DAY = Text("den zahájení léčby", "the day on which treatment starts")
MOVE_DAY = Text("den přemístění, který se počítá", "the day of the transfer, which counts")
AT_PARTNER = Text("O léčbě u jiných poskytovatelů projekt údaje nemá.", "Treatment at other providers is not known.")
BOUND = Text(
    "Horní mez počítá i s případy, u nichž údaje některého z partnerů nesahají na konec období.",
    "The upper bound adds those for whom the data of one of the partners do not reach the end of the window.",
)

TREATMENT_ENGAGED = Measure(
    id="treatment_engaged",
    kind="rate",
    unit="treatments",
    windows=(30,),
    name=Text("Zapojení do léčby", "Engaged in treatment"),
    meaning=Text(
        "Podíl klientů, kteří po zahájení léčby v léčbě skutečně zůstali: do 30 dnů od zahájení přišli alespoň na dvě "
        "další služby téže léčby, nebo strávili v pobytové léčbě 14 dnů. Rozhoduje první léčba mimo vězení, kterou "
        "klient po propuštění do 90 dnů zahájil nebo v níž pokračoval. Doléčování se nepočítá. "
        f"{AT_PARTNER.cs} {BOUND.cs}",
        "The share of clients who, having started, took part in treatment: within 30 days of the start they attended "
        "at least two further services of the same treatment, or spent 14 days in residential treatment. The first "
        "treatment outside prison started, or gone on with, within 90 days of release decides. Aftercare does not "
        f"count. {AT_PARTNER.en} {BOUND.en}",
    ),
    numerator_text=Text("léčby, do nichž se klient zapojil", "treatments in which the client engaged"),
    denominator_text=Text(
        "léčby klientů programu zahájené do 90 dnů po propuštění",
        "treatments of programme clients started within 90 days of release",
    ),
    cohorts=PROGRAMME,
    event="engagement",
    day_zero=TREATMENT_DAY,
    competing=("death", "deportation"),
    tables=("case", "service", "treatment"),
    groups=("all", "partner", "quarter", "planned", "complex_case"),
    source="initiation and engagement as in HEDIS IET, counted from the start of treatment",
    source_cs="zahájení a zapojení podle amerického standardu HEDIS IET, počítáno od zahájení léčby",
)

RETENTION = Measure(
    id="retention",
    kind="rate",
    unit="treatments",
    windows=(90, 180, 365),
    proof_lag=7,
    name=Text("Předčasné ukončení léčby", "Treatment left early (retention)"),
    meaning=Text(
        "Podíl klientů, jejichž léčba mimo vězení skončila do uvedeného počtu dnů od zahájení předčasně: klient z ní "
        "odešel, byl předán a nová léčba nezačala, nebo skončila z jiného či neznámého důvodu. Rozhoduje první léčba "
        "zahájená do 90 dnů po propuštění. Zahájí-li klient do sedmi dnů po konci další léčbu, i u jiného partnera, "
        "jde o jednu souvislou léčbu. Řádné dokončení, nový nástup do vazby či vězení a úmrtí předčasným ukončením "
        f"nejsou. {BOUND.cs}",
        "The share of clients whose treatment outside prison ended early within the days stated of its start: the "
        "client dropped out, was transferred and no new treatment began, or it ended for another or an unknown "
        "reason. The first treatment started within 90 days of release decides. When the next begins within seven days "
        "of the end, at any partner, the two are one course. Completing treatment, a new admission to custody and "
        f"death are not leaving early. {BOUND.en}",
    ),
    numerator_text=Text("léčby předčasně ukončené", "treatments left early"),
    denominator_text=Text(
        "léčby klientů programu zahájené do 90 dnů po propuštění",
        "treatments of programme clients started within 90 days of release",
    ),
    cohorts=PROGRAMME,
    event="retention",
    day_zero=TREATMENT_DAY,
    competing=("completed", "imprisoned", "death", "deportation"),
    tables=("case", "treatment"),
    groups=("all", "partner", "quarter", "planned", "complex_case"),
    source="time to leaving with competing ways out, as in studies of retention; seven days as in the case model",
    source_cs="doba do odchodu s konkurujícími způsoby ukončení, jako ve studiích setrvání v léčbě",
    curve=True,
)

HANDED_OVER = Measure(
    id="handed_over",
    kind="rate",
    unit="hand_overs",
    windows=(14,),
    name=Text("Předání klienta", "Client handed over"),
    meaning=Text(
        "Podíl předání, po nichž přebírající strana klienta do 14 dnů přímo kontaktovala. Předání nastává, když "
        "spolupráce skončí předáním jinému partnerovi, nebo když je klient propuštěn do kraje, v němž jeho partner "
        "službu neposkytuje. Není-li přebírající uveden, rozhoduje kontakt kteréhokoli jiného partnera, který v kraji "
        "působí. O poskytovatelích mimo projekt údaje nejsou; taková předání zůstávají v základu a zvyšují horní mez.",
        "The share of hand-overs after which the receiving side had direct contact with the client within 14 days. A "
        "hand-over is due when a case ends as transferred to a partner, or when the client is released into a region "
        "that the holder does not serve. Where nobody is named, contact by any other partner serving the region "
        "counts. Nothing is known of providers outside the project; such hand-overs stay in the denominator and raise "
        "the upper bound.",
    ),
    numerator_text=Text("předání, po nichž ke kontaktu došlo", "hand-overs followed by contact"),
    denominator_text=Text("předání, k nimž mělo dojít", "hand-overs due"),
    cohorts=PROGRAMME,
    event="hand_over",
    day_zero=Text(
        "den ukončení spolupráce nebo den propuštění", "the day on which the case ended, or the day of release"
    ),
    tables=("case", "service"),
    groups=("all", "partner", "quarter"),
    source="programme definition; service areas by partner and region with dates",
    source_cs="definice programu; působnost partnerů podle krajů v čase",
)

TRANSFER_SURVIVED = Measure(
    id="transfer_survived",
    kind="rate",
    unit="transfers",
    windows=(60,),
    name=Text("Spolupráce po přemístění do jiné věznice", "Case kept after a prison transfer"),
    meaning=Text(
        "Podíl přemístění klientů mezi věznicemi, po nichž do 60 dnů následoval přímý kontakt s klientem. Počítají se "
        "přemístění během trvající spolupráce. Je-li klient dříve propuštěn bez kontaktu, zůstává v základu a ke "
        f"kontaktu nedošlo. {BOUND.cs}",
        "The share of clients' transfers between prisons that were followed by direct contact with the client within "
        "60 days. Transfers with the case open count. A client released earlier without contact stays in the "
        f"denominator as one without. {BOUND.en}",
    ),
    numerator_text=Text("přemístění, po nichž následoval kontakt", "transfers followed by contact"),
    denominator_text=Text("přemístění během trvající spolupráce", "transfers with the case open"),
    cohorts=PROGRAMME,
    event="transfer",
    day_zero=MOVE_DAY,
    competing=("release",),
    tables=("case", "service"),
    groups=("all", "partner", "prison", "quarter"),
    source="programme definition",
    source_cs="definice programu",
)

MEASURES = (TREATMENT_ENGAGED, RETENTION, HANDED_OVER, TRANSFER_SURVIVED)
