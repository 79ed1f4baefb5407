-- A row is one member of a cohort under one definition of which days to a share are asked for (kind, and the part of the
-- cohort it is about): the day and manner in which following it ends, and whether it is complete. Of convictions, which need
-- time for proof, those are complete whose window and time for proof have passed; of others all.
create or replace view outcomes.return_member as
with asked as (
    select distinct p.measure, p.kind, p.subset, s.cohort
    from outcomes.return_part as p
    inner join outcomes.measure_scope as s on s.measure = p.measure
    where p.share is not null
),
needed as (
    select event as kind, max(longest_days) as longest_days from outcomes.measure_window group by event
)
select
    a.measure, a.kind, a.subset, a.cohort, m.release_id as member_id, m.person_id, m.release_date, m.partner, m.prison,
    m.release_quarter, m.covered_to,
    coalesce(m.event_day, m.end_day) as day,
    case when m.event_day is null then m.end_status else 'event' end as status,
    coalesce(m.reason, m.end_reason) as reason,
    k.custody
    or date_diff('day', q.last_day, least(m.covered_to, coalesce(m.seen_to, m.covered_to))) >= n.longest_days as complete
from asked as a
inner join outcomes.event_kind as k on k.kind = a.kind
inner join needed as n on n.kind = a.kind
inner join outcomes.followed_member as m on m.kind = a.kind and m.cohort = a.cohort
inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
left join outcomes.release_subset as s on s.subset = a.subset and s.release_key = m.release_key
where a.subset = '' or s.release_key is not null;

-- A row is one day after release on which something happens to complete members: how many were at risk just before it, and
-- what happened on it (internal: days to a share are read from it).
create or replace table outcomes.return_day as
with daily as (
    select
        kind, subset, cohort, day,
        count(*) as gone,
        count(case when status = 'event' then 1 end) as events,
        count(case when status = 'competing' then 1 end) as competing,
        count(case when status = 'censored' then 1 end) as censored
    from outcomes.return_member
    where complete
    group by kind, subset, cohort, day
)
select
    kind, subset, cohort, day,
    cast(sum(gone) over (
        partition by kind, subset, cohort order by day desc rows between unbounded preceding and current row
    ) as bigint) as at_risk,
    events, competing, censored
from daily;

-- A row is one definition of return and part of a cohort: what the cells of all its days to a share have in common, as
-- complete members and their people (null where none is complete yet) and how many it is too early for (internal).
create or replace table outcomes.return_size as
select
    kind, subset, cohort,
    min(case when complete then release_quarter end) as period_from,
    max(case when complete then release_quarter end) as period_to,
    case when max(complete) then count(distinct case when complete then person_id end) end as persons,
    case when max(complete) then count(case when complete then 1 end) end as releases,
    case when max(complete) then 0 end as nothing,
    count(case when not complete then 1 end) as too_early,
    max(covered_to) as covered_to,
    case when max(complete) then 'measured' else 'too_early' end as status
from outcomes.return_member
group by kind, subset, cohort;

-- A row is one share of one part of a measure in one cohort: the first day on which incidence has reached it (internal,
-- filled from `return_day` outside the database and empty where it is not reached).
create or replace table outcomes.return_reached (
    measure varchar, component varchar, cohort varchar, kind varchar, subset varchar, day double
);
