-- A row is one day after release in one group: how many were at risk just before it, and what happened on it. Everybody
-- in the cohort is followed to the end of observation; nobody is left out because the window is not over. For one cause
-- of return the others are competing events, so that the incidences of all causes add up.
insert into outcomes.curve
with first_event as (
    select w.measure, f.cohort, f.planned, f.days, f.status, f.reason
    from outcomes.follow_up as f
    inner join outcomes.measure_curve as w on w.event = f.kind
    inner join outcomes.measure_scope as s on s.measure = w.measure and s.cohort = f.cohort
    where f.event_number = 1 and f.cohort in ('programme', 'all_releases', 'comparison')
),
spread as (
    select measure, cohort, 'all' as group_by, '' as group_value, days, status from first_event
    union all
    select measure, cohort, 'planned', planned, days, status from first_event
    where planned is not null and measure <> 'cause_of_return'
    union all
    select
        f.measure, f.cohort, 'reason', c.cause, f.days,
        case when f.status = 'event' and f.reason <> c.cause then 'competing' else f.status end
    from first_event as f
    cross join outcomes.cause as c
    where f.measure = 'cause_of_return'
),
daily as (
    select
        measure, cohort, group_by, group_value, days,
        count(*) as gone,
        count(case when status = 'event' then 1 end) as events,
        count(case when status = 'competing' then 1 end) as competing,
        count(case when status = 'censored' then 1 end) as censored
    from spread
    group by measure, cohort, group_by, group_value, days
)
select
    measure, cohort, group_by, group_value, days,
    cast(sum(gone) over (
        partition by measure, cohort, group_by, group_value order by days desc
        rows between unbounded preceding and current row
    ) as bigint),
    events, competing, censored
from daily;
