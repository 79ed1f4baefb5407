-- A row is one spell: unbroken custody of one person, from the first stay's admission to the release of the stay released
-- last (ties: later admission, then stay). An open spell has no release. release_kind says whether it ended in a release
-- from sentence or from remand, otherwise (none), or not yet (open); last_position is the place of the stay released last.
-- drug_user is what the first stay says, prior_terms what the first stay says that knows it. Most spells are one stay, so
-- that only the others need be gathered.
create or replace table core.spell as
with ranked as (
    select
        stay.*,
        coalesce(ending.kind, 'none') as release_kind,
        case
            when stay.release_date is null then 1000000000000
            else cast(date_diff('day', date '1900-01-01', stay.release_date) as bigint) * 100000 + stay.position
        end as released_order
    from core.stay as stay
    left join core.release_reason_kind as ending on stay.release_reason = ending.release_reason
    where not stay.whole_spell
)

select
    stay.person_id,
    stay.person_key,
    stay.spell_number,
    stay.admission_date,
    stay.admission_reason,
    1 as last_position,
    stay.release_date,
    case when stay.release_date is not null then coalesce(stay.release_reason, 'unknown') end as release_reason,
    case when stay.release_date is null then 'open' else coalesce(ending.kind, 'none') end as release_kind,
    stay.prison,
    coalesce(stay.drug_user, 'unknown') as drug_user,
    stay.prior_terms
from core.stay as stay
left join core.release_reason_kind as ending on stay.release_reason = ending.release_reason
where stay.whole_spell
union all
select
    min(person_id) as person_id,
    person_key,
    spell_number,
    min(admission_date) as admission_date,
    arg_min(admission_reason, position) as admission_reason,
    arg_max(position, released_order) as last_position,
    case when count(*) = count(release_date) then max(release_date) end as release_date,
    case
        when count(*) = count(release_date) then arg_max(coalesce(release_reason, 'unknown'), released_order)
    end as release_reason,
    case
        when count(*) = count(release_date) then arg_max(release_kind, released_order)
        else 'open'
    end as release_kind,
    arg_max(prison, released_order) as prison,
    arg_min(coalesce(drug_user, 'unknown'), position) as drug_user,
    arg_min(prior_terms, position) filter (where prior_terms is not null) as prior_terms
from ranked
group by person_key, spell_number;
