-- A row is one release from sentence or from remand that custody data show: the end of a spell on or before the last day
-- covered. planned compares it with the expected day that was known first, at least 30 days before: planned within 14 days
-- of it, otherwise unplanned, unknown when no day was known in time. Any quarter: cohorts choose theirs.
create or replace table core.release as
with ended as (
    select spell.*
    from core.spell as spell
    cross join core.custody_coverage as custody
    where spell.release_kind in ('sentence', 'remand') and spell.release_date <= custody.covered_to
),

candidate as (
    select
        ended.person_id,
        ended.spell_number,
        expected.source,
        expected.partner,
        expected.record_id,
        expected.expected_date,
        expected.known_from
    from ended
    inner join core.stay as stay
        on ended.person_id = stay.person_id and ended.spell_number = stay.spell_number
    inner join core.expected_date as expected on stay.stay_id = expected.record_id and expected.source = 'stay'
    where date_diff('day', expected.known_from, ended.release_date) >= 30
    union all
    select
        ended.person_id,
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
    inner join core.expected_date as expected
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
            partition by person_id, spell_number
            order by known_from, source, partner, record_id, expected_date
        ) as known_order
    from candidate
),

first_known as (
    select * from ordered where known_order = 1
)

select
    concat(ended.person_id, '-', cast(ended.spell_number as varchar)) as release_id,
    ended.person_id,
    ended.spell_number,
    ended.admission_date as spell_admission_date,
    ended.release_date,
    concat(cast(year(ended.release_date) as varchar), 'Q', cast(quarter(ended.release_date) as varchar))
        as release_quarter,
    ended.release_reason,
    ended.release_kind,
    ended.release_reason in ('conditional_release', 'conditional_release_supervised') as conditional,
    ended.prison,
    place.region as prison_region,
    case
        when first_known.expected_date is null then 'unknown'
        when abs(date_diff('day', first_known.expected_date, ended.release_date)) <= 14 then 'planned'
        else 'unplanned'
    end as planned,
    first_known.expected_date,
    ended.prior_terms,
    ended.drug_user
from ended
left join core.prison as place on ended.prison = place.prison
left join first_known
    on ended.person_id = first_known.person_id and ended.spell_number = first_known.spell_number;
