-- A row is one release, one kind of event, one event number: confirmed events in order, then the end of follow-up, then
-- the doubts (unclassifiable, pending, unobserved). Number 1 is the first event, or the end when there is none.
create or replace table outcomes.event_per_release as
with release_event as (
    select release_id, kind, status, reason, days, until_days from outcomes.return_per_release
    union all
    select release_id, kind, status, reason, days, null from outcomes.conviction_per_release
    union all
    select o.release_id, k.kind, 'unobserved', 'before_coverage', 0, null
    from outcomes.observation_per_release as o
    inner join outcomes.event_kind as k on k.seen_from > o.release_date
    union all
    select release_id, kind, 'event', reason, days, null from outcomes.continuity_per_release
    union all
    select release_id, kind, 'unobserved', reason, days, null from outcomes.unseen_per_release
    union all
    select o.release_id, k.kind, 'unobserved', 'custody_conflict', 0, null
    from outcomes.observation_per_release as o
    cross join outcomes.event_kind as k
    where o.conflict and k.custody
    union all
    select
        o.release_id,
        k.kind,
        case when o.ended_by = 'end_of_observation' or k.seen_to < o.observed_to then 'censored' else 'competing' end,
        case when k.seen_to < o.observed_to then 'end_of_observation' else o.ended_by end,
        greatest(date_diff('day', o.release_date, least(o.observed_to, coalesce(k.seen_to, o.observed_to))), 0),
        null
    from outcomes.observation_per_release as o
    cross join outcomes.event_kind as k
    left join outcomes.release_agreement as a on a.release_id = o.release_id and a.in_term
    where k.everybody or a.release_id is not null
)
select
    *,
    row_number() over (
        partition by release_id, kind
        order by
            case when status = 'event' then 1 when status in ('competing', 'censored') then 2 else 3 end,
            days, status, reason, until_days
    ) as event_number
from release_event;

-- A row is one cohort member, one kind of event, one event number.
insert into outcomes.follow_up
select
    m.cohort, m.member_id, m.person_id, n.kind, n.event_number, m.start_date,
    least(o.covered_to, coalesce(k.seen_to, o.covered_to)), least(o.observed_to, coalesce(k.seen_to, o.observed_to)), n.days,
    n.status, n.reason, m.partner, m.prison, m.release_quarter, m.planned, n.until_days
from outcomes.cohort_member as m
inner join outcomes.event_kind as k
    on k.everybody or m.partner is not null
inner join outcomes.event_per_release as n on n.release_id = m.member_id and n.kind = k.kind
inner join outcomes.observation_per_release as o on o.release_id = m.member_id
where m.cohort not in ('romodrom', 'family');
