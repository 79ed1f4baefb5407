-- A row is one later spell after one release, read under one definition of return: an event (its first qualifying stay),
-- an unclassifiable stay, or a stay on remand (pending) that covers the days from `days` up to before `until_days`. The
-- reason of an event is the cause of return: new_offence, earlier_offence, revocation, conversion, not_known.
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
        k.kind, x.release_id, x.spell_number, x.stay_id, x.regime, x.until_days, x.cause, x.days as own_days,
        case k.kind when 'return_to_prison_by_spell' then x.spell_days else x.days end as days,
        case
            when d.kind is not null then 'event'
            when k.kind = 'return_to_custody'
                then case when x.admission_reason not in ('transfer_in', 'return_from_absence') then 'event' end
            when x.admission_reason = 'unknown' then 'unclassifiable'
            when
                k.kind in ('return_for_new_offence', 'return_for_earlier_offence')
                and x.admission_reason = 'new_sentence' and x.offence_undated then 'unclassifiable'
            when k.kind in ('return_to_prison', 'return_to_prison_by_spell') and x.prison_reason then 'event'
            when k.kind = 'return_on_remand' and x.admission_reason = 'remand' then 'event'
            when k.kind = 'return_on_revocation' and x.cause = 'revocation' then 'event'
            when k.kind = 'return_on_conversion' and x.cause = 'conversion' then 'event'
            when k.kind = 'return_for_new_offence' and x.cause = 'new_offence' then 'event'
            when k.kind = 'return_for_earlier_offence' and x.cause = 'earlier_offence' then 'event'
        end as status
    from (
        select
            *,
            min(days) over (partition by release_id, spell_number) as spell_days,
            admission_reason in (
                'new_sentence', 'revocation_of_conditional_release', 'conversion_of_sanction', 'earlier_offence'
            ) as prison_reason,
            case admission_reason
                when 'revocation_of_conditional_release' then 'revocation'
                when 'conversion_of_sanction' then 'conversion'
                when 'new_sentence'
                    then case
                        when offence_after then 'new_offence' when offence_undated then 'not_known' else 'earlier_offence'
                    end
                else admission_reason
            end as cause
        from later
    ) as x
    inner join outcomes.event_kind as k on k.custody
    left join outcomes.declared_reason as d on d.kind = k.kind and d.admission_reason = x.admission_reason
),
first_of_spell as (
    select
        release_id, kind, spell_number, status, days,
        case
            when status = 'event' then cause when cause = 'unknown' then 'unknown_reason' else 'offence_undated'
        end as reason,
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
select r.release_id, r.kind, r.spell_number, 'pending', 'remand', r.own_days, r.until_days
from read_stay as r
left join returned as e on e.release_id = r.release_id and e.kind = r.kind
where r.regime = 'remand' and r.kind not in ('return_to_custody', 'return_on_remand') and e.release_id is null;
