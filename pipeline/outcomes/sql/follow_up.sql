-- A row is one member of a cohort of releases and one kind of event that is asked of it, with what came first and the windows
-- in which it lies, and how follow-up ends (end_number says after how many events; entries are its rows in follow_up).
create or replace view outcomes.observed_follow_up as
select
    m.*,
    k.kind,
    k.kind_number,
    k.seen_to,
    f.event_day,
    f.reason,
    f.unclear_day,
    f.unseen_day,
    f.event_window,
    f.doubt_window,
    f.unseen_window,
    coalesce(f.pending, 0) as pending,
    coalesce(f.events, 0) + 1 as end_number,
    coalesce(f.entries, 0) + 1 as entries,
    greatest(date_diff('day', m.release_date, least(m.observed_to, coalesce(k.seen_to, m.observed_to))), 0) as end_day,
    case when m.ended_by = 'end_of_observation' or k.seen_to < m.observed_to then 'censored' else 'competing' end
        as end_status,
    case when k.seen_to < m.observed_to then 'end_of_observation' else m.ended_by end as end_reason
from outcomes.observed_member as m
inner join outcomes.event_kind as k on k.everybody or m.partner is not null
left join outcomes.first_event as f on f.release_key = m.release_key and f.kind_number = k.kind_number;

-- A row is the same with the release's name, and with what is known of its person.
create or replace view outcomes.followed_member as
select
    f.*, concat(p.person_id, '-', cast(f.spell_number as varchar)) as release_id, p.person_id, p.region, p.sex, p.birth_year
from outcomes.observed_follow_up as f
inner join outcomes.person_seen as p on p.person_key = f.person_key;

-- A row is one cohort member, one kind of event, one event number. Number 1 is the first confirmed event, or the end of
-- follow-up (competing, censored) when there is none; further events follow, then the end, then the doubts:
-- unclassifiable (a stay that cannot be classified, on day `days`), pending (remand on days `days` … before `until_days`)
-- and unobserved (not seen from day `days` on). The reason of a return is its cause. It is put together when it is read:
-- by far the longest table, and no count needs it whole.
create or replace view outcomes.follow_up as
with numbered as (
    select
        m.*, e.days, e.status, e.reason as why, e.until_days,
        case when e.status = 'event' then e.place else e.place + 1 end as event_number
    from outcomes.followed_member as m
    inner join outcomes.event_per_release as e on e.release_key = m.release_key and e.kind = m.kind
    union all
    select m.*, m.end_day, m.end_status, m.end_reason, null, m.end_number from outcomes.followed_member as m
)
select
    cohort, release_id as member_id, person_id, kind, cast(event_number as integer) as event_number,
    release_date as start_date, least(covered_to, coalesce(seen_to, covered_to)) as covered_to,
    least(observed_to, coalesce(seen_to, observed_to)) as observed_to, cast(days as integer) as days, status, why as reason,
    partner, prison, release_quarter as quarter, planned, cast(until_days as integer) as until_days
from numbered
union all
select * from outcomes.follow_up_row;
