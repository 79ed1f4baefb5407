-- A row is one later spell after one release, read under one definition of return: an event (its first qualifying stay),
-- an unclassifiable stay, or a stay on remand (pending) that covers the days from `days` up to before `until_days`.
create or replace table outcomes.return_per_release as
with later as (
    select
        o.release_id,
        s.spell_number,
        s.stay_id,
        s.admission_reason,
        s.regime,
        date_diff('day', o.release_date, s.admission_date) as days,
        case when s.release_date <= o.covered_to then date_diff('day', o.release_date, s.release_date) end as until_days,
        s.offence_date is null as offence_undated,
        coalesce(s.offence_date > o.release_date, false) as offence_after
    from outcomes.observation_per_release as o
    inner join core.stay as s
        on
            s.person_id = o.person_id and s.spell_number > o.spell_number and s.admission_date > o.release_date
            and s.admission_date <= o.observed_to
),
read_stay as (
    select
        'return_to_custody' as kind,
        later.*,
        case when admission_reason not in ('transfer_in', 'return_from_absence') then 'event' end as status,
        admission_reason as reason
    from later
    union all
    select
        'return_to_prison',
        later.*,
        case
            when admission_reason in (
                'new_sentence', 'revocation_of_conditional_release', 'conversion_of_sanction', 'earlier_offence'
            ) then 'event'
            when admission_reason = 'unknown' then 'unclassifiable'
        end,
        case when admission_reason = 'unknown' then 'unknown_reason' else admission_reason end
    from later
    union all
    select
        'return_for_new_offence',
        later.*,
        case
            when admission_reason = 'new_sentence' and offence_after then 'event'
            when admission_reason = 'new_sentence' and offence_undated then 'unclassifiable'
            when admission_reason = 'unknown' then 'unclassifiable'
        end,
        case
            when admission_reason = 'new_sentence' and offence_after then admission_reason
            when admission_reason = 'new_sentence' then 'offence_undated'
            else 'unknown_reason'
        end
    from later
),
first_of_spell as (
    select
        release_id, kind, spell_number, status, reason, days,
        row_number() over (partition by release_id, kind, spell_number, status order by days, stay_id) as rank
    from read_stay
    where status is not null
),
returned as (
    select distinct release_id, kind from first_of_spell where status = 'event'
)
select release_id, kind, spell_number, status, reason, days, cast(null as bigint) as until_days
from first_of_spell
where rank = 1
union all
select r.release_id, r.kind, r.spell_number, 'pending', 'remand', r.days, r.until_days
from read_stay as r
left join returned as e on e.release_id = r.release_id and e.kind = r.kind
where r.regime = 'remand' and r.kind <> 'return_to_custody' and e.release_id is null;
