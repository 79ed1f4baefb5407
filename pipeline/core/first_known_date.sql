-- A row is a release for which an expected day was known at least 30 days before, with the day that was known first.
create or replace table core.first_known_date as
with ended as (
    select spell.*
    from core.spell as spell
    cross join core.custody_coverage as custody
    where spell.release_kind in ('sentence', 'remand') and spell.release_date <= custody.covered_to
),

-- Only the few whose day of release lies late enough after a first extract can have had a day that was known in time.
first_extract as (
    select min(extract_date) as extract_date from core.delivery_rank
),

candidate as (
    select
        ended.person_key,
        ended.spell_number,
        expected.source,
        expected.partner,
        expected.record_id,
        expected.expected_date,
        expected.known_from
    from ended
    cross join first_extract
    inner join core.stay as stay
        on ended.person_key = stay.person_key and ended.spell_number = stay.spell_number
    inner join core.delivered_date as expected on stay.stay_id = expected.record_id and expected.source = 'stay'
    where
        date_diff('day', first_extract.extract_date, ended.release_date) >= 30
        and date_diff('day', expected.known_from, ended.release_date) >= 30
    union all
    select
        ended.person_key,
        ended.spell_number,
        expected.source,
        expected.partner,
        expected.record_id,
        expected.expected_date,
        expected.known_from
    from ended
    inner join core."case" as agreement
        on
            ended.person_id = agreement.person_id
            and agreement.agreement_date between ended.admission_date and ended.release_date
    inner join core.delivered_date as expected
        on
            agreement.partner = expected.partner
            and agreement.case_id = expected.record_id
            and expected.source = 'case'
    where date_diff('day', expected.known_from, ended.release_date) >= 30
),

ordered as (
    select
        *,
        row_number() over (
            partition by person_key, spell_number
            order by known_from, source, partner, record_id, expected_date
        ) as known_order
    from candidate
)

select
    person_key,
    spell_number,
    expected_date
from ordered
where known_order = 1
order by person_key, spell_number;
