-- A row is one release from sentence or from remand that custody data show: the end of a spell on or before the last day
-- covered. planned compares it with the expected day that was known first, at least 30 days before: planned within 14 days
-- of it, otherwise unplanned, unknown when no day was known in time. Any quarter: cohorts choose theirs.
create or replace view core.release as
select
    concat(ended.person_id, '-', cast(ended.spell_number as varchar)) as release_id,
    ended.person_id,
    ended.person_key,
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
from core.spell as ended
cross join core.custody_coverage as custody
left join core.prison as place on ended.prison = place.prison
left join core.first_known_date as first_known
    on ended.person_key = first_known.person_key and ended.spell_number = first_known.spell_number
where ended.release_kind in ('sentence', 'remand') and ended.release_date <= custody.covered_to;
