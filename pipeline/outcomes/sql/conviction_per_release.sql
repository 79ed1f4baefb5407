-- A row is one conviction after one release, read under one definition of reconviction: an event, dated by its offence, or
-- unclassifiable (its offence may lie on any day from the first). What is proven too late for the window is neither.
create or replace temp view conviction_per_release as
with later as (
    select
        o.release_key,
        k.kind,
        k.kind_number,
        w.window_days,
        c.sanction,
        date_diff('day', o.release_date, c.offence_date) as days,
        coalesce(c.offence_date > o.release_date and c.offence_date <= o.observed_to, false) as offence_after,
        c.offence_date is null as undated
    from outcomes.release_seen as o
    inner join core.conviction as c on c.person_id = o.person_id and c.conviction_date > o.release_date
    inner join outcomes.event_kind as k on k.everybody and not k.custody and c.conviction_date <= k.seen_to
    inner join (
        select distinct event, window_days, longest_days from outcomes.measure_window where cell_set = 'own'
    ) as w on w.event = k.kind
    where date_diff('day', o.release_date, c.conviction_date) <= w.longest_days
),
judged as (
    select
        release_key, kind_number, days,
        case
            when not undated and not (offence_after and days <= window_days) then null
            when kind = 'reconviction_2y_nordic' and sanction is null then 'sanction_unknown'
            when
                kind = 'reconviction_2y_nordic'
                and sanction not in ('prison', 'house_arrest', 'community_service', 'suspended_supervised') then null
            when undated then 'offence_undated'
            else 'conviction'
        end as reason
    from later
)
select
    release_key, kind_number,
    case reason when 'conviction' then 'event' else 'unclassifiable' end as status,
    reason,
    coalesce(days, 1) as days
from judged
where reason is not null;
