-- A row is one release, one kind of event, and one event or doubt (unclassifiable, pending, unobserved), in order: events
-- first. The end of follow-up, which every release has, is not written out; it stands after the last event.
create or replace table outcomes.event_per_release as
with release_event as (
    select release_key, kind, status, reason, days, until_days from return_per_release
    union all
    select release_key, kind, status, reason, days, null from conviction_per_release
    union all
    select r.release_key, k.kind, 'unobserved', 'before_coverage', 0, null
    from outcomes.release_observed as r
    inner join outcomes.event_kind as k on k.seen_from > r.release_date
    union all
    select release_key, kind, 'event', reason, days, null from continuity_per_release
    union all
    select u.release_key, u.kind, 'unobserved', u.reason, u.days, null
    from unseen_per_release as u
    inner join outcomes.event_kind as k on k.kind = u.kind
    union all
    select r.release_key, k.kind, 'unobserved', 'custody_conflict', 0, null
    from outcomes.release_observed as r
    inner join outcomes.event_kind as k on k.custody
    where r.conflict
)
select
    *,
    row_number() over (
        partition by release_key, kind
        order by case status when 'event' then 1 else 2 end, days, status, reason, until_days
    ) as place
from release_event;

-- A row is one kind of event and one day: the shortest window of that kind that reaches it.
create or replace table outcomes.day_window as
select w.event as kind, d.day, min(w.window_days) as window_days
from outcomes.measure_window as w
inner join outcomes.day as d on d.day <= w.window_days
group by w.event, d.day;

-- A row is one kind of event and one window of it, with a power of two of its own.
create or replace table outcomes.window_bit as
select
    kind, window_days,
    cast(pow(2, row_number() over (partition by kind order by window_days) - 1) as bigint) as bit
from (select distinct event as kind, window_days from outcomes.measure_window where window_days is not null) as w;

-- A row is one release and one kind of event of which there is an event or a doubt: the first day of a confirmed event with
-- its reason, the days from which it is in doubt, the shortest windows that reach these days, and the windows (a bit each)
-- on whose last day a stay on remand is pending.
create or replace table outcomes.first_per_release as
with first_day as (
    select
        release_key,
        kind,
        count(case when status = 'event' then 1 end) as events,
        min(case when status = 'event' then days end) as event_day,
        min(case when status = 'event' and place = 1 then reason end) as reason,
        min(case when status = 'unclassifiable' then days end) as unclear_day,
        min(case when status = 'unobserved' then days end) as unseen_day
    from outcomes.event_per_release
    group by release_key, kind
),
pending as (
    select release_key, kind, cast(sum(bit) as bigint) as bits
    from (
        select distinct e.release_key, e.kind, b.bit
        from outcomes.event_per_release as e
        inner join outcomes.window_bit as b
            on
                b.kind = e.kind and e.days <= b.window_days
                and coalesce(e.until_days, b.window_days + 1) > b.window_days
        where e.status = 'pending'
    ) as x
    group by release_key, kind
)
select
    f.release_key, f.kind, f.events, f.event_day, f.reason, f.unclear_day, f.unseen_day,
    e.window_days as event_window, least(u.window_days, n.window_days) as doubt_window, n.window_days as unseen_window,
    coalesce(p.bits, 0) as pending
from first_day as f
left join pending as p on p.release_key = f.release_key and p.kind = f.kind
left join outcomes.day_window as e on e.kind = f.kind and e.day = f.event_day
left join outcomes.day_window as u on u.kind = f.kind and u.day = f.unclear_day
left join outcomes.day_window as n on n.kind = f.kind and n.day = f.unseen_day;
