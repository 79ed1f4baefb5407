-- A row is one release, one kind of event (by its number), and one event or doubt (unclassifiable, pending, unobserved). The
-- end of follow-up, which every release has, is not written out; it stands after the last event.
create or replace table outcomes.release_event as
select release_key, kind_number, status, reason, days, until_days from return_per_release
union all
select release_key, kind_number, status, reason, days, null from conviction_per_release
union all
select r.release_key, k.kind_number, 'unobserved', 'before_coverage', 0, null
from outcomes.release_observed as r
inner join outcomes.event_kind as k on k.seen_from > r.release_date
union all
select release_key, kind_number, 'event', reason, days, null from continuity_per_release
union all
select release_key, kind_number, 'unobserved', reason, days, null from unseen_per_release
union all
select r.release_key, k.kind_number, 'unobserved', 'custody_conflict', 0, null
from outcomes.release_observed as r
inner join outcomes.event_kind as k on k.custody
where r.conflict;

-- A row is one such event or doubt with its kind, in order: events first. No count needs the order, so it is made when read.
create or replace view outcomes.event_per_release as
select
    e.release_key, k.kind, e.status, e.reason, e.days, e.until_days,
    row_number() over (
        partition by e.release_key, e.kind_number
        order by case e.status when 'event' then 1 else 2 end, e.days, e.status, e.reason, e.until_days
    ) as place
from outcomes.release_event as e
inner join outcomes.event_kind as k on k.kind_number = e.kind_number;

-- A row is one kind of event and one day: the shortest window of that kind that reaches it.
create or replace table outcomes.day_window as
select k.kind_number, d.day, min(w.window_days) as window_days
from outcomes.measure_window as w
inner join outcomes.event_kind as k on k.kind = w.event
inner join outcomes.day as d on d.day <= w.window_days
group by k.kind_number, d.day;

-- A row is one kind of event and one window of it, with a power of two of its own.
create or replace table outcomes.window_bit as
select
    kind, window_days,
    cast(pow(2, row_number() over (partition by kind order by window_days) - 1) as bigint) as bit
from (select distinct event as kind, window_days from outcomes.measure_window where window_days is not null) as w;

-- A row is one release and one kind of event (by its number) of which there is an event or a doubt (entries of both): the
-- first day of a confirmed event with its reason (of several on that day the first by name), the days from which it is in doubt, the
-- shortest windows that reach these days, and the windows (a bit each) on whose last day a stay on remand is pending.
create or replace table outcomes.first_event as
with first_day as (
    select
        release_key,
        kind_number,
        count(*) as entries,
        count(case when status = 'event' then 1 end) as events,
        min(case when status = 'event' then days end) as event_day,
        min(case when status = 'unclassifiable' then days end) as unclear_day,
        min(case when status = 'unobserved' then days end) as unseen_day
    from outcomes.release_event
    group by release_key, kind_number
),
first_reason as (
    select f.release_key, f.kind_number, min(e.reason) as reason
    from first_day as f
    inner join outcomes.release_event as e
        on
            e.release_key = f.release_key and e.kind_number = f.kind_number and e.days = f.event_day
            and e.status = 'event'
    group by f.release_key, f.kind_number
),
pending as (
    select release_key, kind_number, cast(sum(bit) as bigint) as bits
    from (
        select distinct e.release_key, e.kind_number, b.bit
        from outcomes.release_event as e
        inner join outcomes.event_kind as k on k.kind_number = e.kind_number
        inner join outcomes.window_bit as b
            on
                b.kind = k.kind and e.days <= b.window_days
                and coalesce(e.until_days, b.window_days + 1) > b.window_days
        where e.status = 'pending'
    ) as x
    group by release_key, kind_number
)
select
    f.release_key, f.kind_number, f.entries, f.events, f.event_day, r.reason, f.unclear_day, f.unseen_day,
    e.window_days as event_window, least(u.window_days, n.window_days) as doubt_window, n.window_days as unseen_window,
    coalesce(p.bits, 0) as pending
from first_day as f
left join first_reason as r on r.release_key = f.release_key and r.kind_number = f.kind_number
left join pending as p on p.release_key = f.release_key and p.kind_number = f.kind_number
left join outcomes.day_window as e on e.kind_number = f.kind_number and e.day = f.event_day
left join outcomes.day_window as u on u.kind_number = f.kind_number and u.day = f.unclear_day
left join outcomes.day_window as n on n.kind_number = f.kind_number and n.day = f.unseen_day;

-- A row is the same with the name of the kind.
create or replace view outcomes.first_per_release as
select k.kind, f.*
from outcomes.first_event as f
inner join outcomes.event_kind as k on k.kind_number = f.kind_number;
