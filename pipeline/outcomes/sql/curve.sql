-- A row is one member of a cohort on one measure's curve: the day on which following it ends (`days`), by an event, by a
-- competing event or because nobody looked further. A release has a person_key, a unit of care its person's id.
create or replace view outcomes.curve_member as
select
    w.measure, m.cohort, m.planned, m.days, m.status, m.reason, m.person_key, m.person_id, m.member, m.partner, m.prison
from (
    select
        cohort, kind, planned, coalesce(event_day, end_day) as days, coalesce(reason, end_reason) as reason,
        case when event_day is null then end_status else 'event' end as status, person_key,
        cast(null as varchar) as person_id, cast(spell_number as varchar) as member, partner, prison
    from outcomes.observed_follow_up
    where cohort in ('programme', 'all_releases', 'comparison')
    union all
    select cohort, kind, planned, days, reason, status, cast(null as bigint), person_id, member_id, partner, prison
    from outcomes.follow_up_row
    where event_number = 1
) as m
inner join outcomes.measure_curve as w on w.event = m.kind
inner join outcomes.measure_scope as s on s.measure = w.measure and s.cohort = m.cohort;

-- A row is one day after release in one group: how many were at risk just before it, and what happened on it. Everybody
-- in the cohort is followed to the end of observation; nobody is left out because the window is not over. For one cause
-- of return the others are competing events, so that the incidences of all causes add up.
insert into outcomes.curve
with first_event as (
    select measure, cohort, planned, days, status, reason, count(*) as members
    from outcomes.curve_member
    group by measure, cohort, planned, days, status, reason
),
spread as (
    select measure, cohort, 'all' as group_by, '' as group_value, days, status, members from first_event
    union all
    select measure, cohort, 'planned', planned, days, status, members from first_event
    where planned is not null and measure <> 'cause_of_return'
    union all
    select
        f.measure, f.cohort, 'reason', c.cause, f.days,
        case when f.status = 'event' and f.reason <> c.cause then 'competing' else f.status end, f.members
    from first_event as f
    cross join outcomes.cause as c
    where f.measure = 'cause_of_return'
),
daily as (
    select
        measure, cohort, group_by, group_value, days,
        sum(members) as gone,
        cast(sum(case when status = 'event' then members else 0 end) as bigint) as events,
        cast(sum(case when status = 'competing' then members else 0 end) as bigint) as competing,
        cast(sum(case when status = 'censored' then members else 0 end) as bigint) as censored
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

-- A row is one member on one curve that may be printed, in the groups of outcomes.curve, and whose it is: `member` tells a
-- person's members apart. Disclosure remembers them from release to release; no count needs them, so they are put together
-- when they are read.
create or replace view outcomes.on_curve as
with named as (
    select
        m.measure, m.cohort, m.planned, m.days, m.status, m.reason, coalesce(m.person_id, p.person_id) as person_id,
        m.member, m.partner, m.prison
    from outcomes.curve_member as m
    left join outcomes.person_seen as p on p.person_key = m.person_key
)
select measure, cohort, 'all' as group_by, '' as group_value, days, status, person_id, member, partner, prison from named
union all
select measure, cohort, 'planned', planned, days, status, person_id, member, partner, prison from named
where planned is not null and measure <> 'cause_of_return'
union all
select
    n.measure, n.cohort, 'reason', c.cause, n.days,
    case when n.status = 'event' and n.reason <> c.cause then 'competing' else n.status end, n.person_id, n.member,
    n.partner, n.prison
from named as n
cross join outcomes.cause as c
where n.measure = 'cause_of_return';
