-- A row is one later spell after one release, read under one definition of return: an event (its first qualifying stay),
-- an unclassifiable stay, or a stay on remand (pending) that covers the days from `days` up to before `until_days`. The
-- reason of an event is the cause of return: new_offence, earlier_offence, revocation, conversion, not_known.
create or replace temp view return_per_release as
with spell_start as (
    select person_key, spell_number, min(admission_date) as admission_date
    from core.stay
    where exists (select 1 from outcomes.event_kind as k where k.kind = 'return_to_prison_by_spell')
    group by person_key, spell_number
),
later as (
    select
        r.release_key,
        s.spell_number,
        s.position,
        coalesce(s.whole_spell, false) as alone,
        s.admission_reason,
        s.regime,
        date_diff('day', r.release_date, s.admission_date) as days,
        case when s.release_date <= r.covered_to then date_diff('day', r.release_date, s.release_date) end as until_days,
        date_diff('day', r.release_date, b.admission_date) as spell_days,
        s.offence_date is null as offence_undated,
        s.admission_reason in (
            'new_sentence', 'revocation_of_conditional_release', 'conversion_of_sanction', 'earlier_offence'
        ) as prison_reason,
        case s.admission_reason
            when 'revocation_of_conditional_release' then 'revocation'
            when 'conversion_of_sanction' then 'conversion'
            when 'new_sentence'
                then case
                    when s.offence_date > r.release_date then 'new_offence'
                    when s.offence_date is null then 'not_known'
                    else 'earlier_offence'
                end
            else s.admission_reason
        end as cause
    from outcomes.release_observed as r
    inner join core.stay as s
        on
            s.person_key = r.person_key and s.spell_number > r.spell_number and s.admission_date > r.release_date
            and s.admission_date <= r.observed_to
    left join spell_start as b on b.person_key = s.person_key and b.spell_number = s.spell_number
),
read_stay as (
    select
        k.kind, k.kind_number, x.release_key, x.spell_number, x.position, x.alone, x.regime, x.until_days, x.cause, x.days as own_days,
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
    from later as x
    inner join outcomes.event_kind as k on k.custody
    left join outcomes.declared_reason as d on d.kind = k.kind and d.admission_reason = x.admission_reason
),
told as (
    select * from read_stay where status is not null
),
-- Most spells are one stay, which is then the first; only the others are put in order.
first_of_spell as (
    select
        *, row_number() over (partition by release_key, kind_number, spell_number, status order by own_days, position) as rank
    from told
    where not alone
),
returned as (
    select distinct release_key, kind_number from told where status = 'event'
)
select
    release_key, kind_number, status,
    case
        when status = 'event' then cause when cause = 'unknown' then 'unknown_reason' else 'offence_undated'
    end as reason,
    days,
    cast(null as bigint) as until_days
from (
    select release_key, kind_number, status, cause, days from told where alone
    union all
    select release_key, kind_number, status, cause, days from first_of_spell where rank = 1
) as first_stay
union all
select r.release_key, r.kind_number, 'pending', 'remand', r.own_days, r.until_days
from read_stay as r
left join returned as e on e.release_key = r.release_key and e.kind_number = r.kind_number
where r.regime = 'remand' and r.kind not in ('return_to_custody', 'return_on_remand') and e.release_key is null;
