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

-- A row is a hash (a sieve and nothing more) of people who may have several releases in a cohort: at all, from one prison,
-- in one quarter. Everybody else counts once, and the counts below are already counts of persons.
create or replace table outcomes.several as
select 'all' as group_by, cohort, hash(person_id) as sieve
from outcomes.cohort_member
where cohort not in ('romodrom', 'family')
group by cohort, hash(person_id)
having count(*) > 1
union all
select 'prison', cohort, hash(person_id, prison)
from outcomes.cohort_member
where cohort not in ('romodrom', 'family')
group by cohort, hash(person_id, prison)
having count(*) > 1
union all
select 'quarter', cohort, hash(person_id, release_quarter)
from outcomes.cohort_member
where cohort not in ('romodrom', 'family')
group by cohort, hash(person_id, release_quarter)
having count(*) > 1;

-- A row is one kind of event and one part of a cohort that some measure looks at.
create or replace table outcomes.kind_scope as
select distinct w.event as kind, s.cohort, s.subset
from outcomes.measure_scope as s
inner join outcomes.measure_window as w on w.measure = s.measure
inner join outcomes.event_kind as k on k.kind = w.event;

-- A row is one combination of what cohort members are grouped by, of the first window in which their event lies and of
-- those in which it is in doubt, with the number of members. Every window and measure is counted from these few rows.
create or replace table outcomes.member_count as
with pending as (
    select p.release_id, p.kind, sum(b.bit) as bits
    from outcomes.pending_per_window as p
    inner join outcomes.window_bit as b on b.kind = p.kind and b.window_days = p.window_days
    group by p.release_id, p.kind
)
select
    c.kind, c.cohort, c.subset, m.partner, m.prison, m.release_quarter as quarter, m.planned, m.drug_user, m.complete_to,
    a.sieve is null as alone, x.sieve is null as alone_in_prison, y.sieve is null as alone_in_quarter,
    e.window_days as event_window,
    case when c.kind = 'return_to_prison' then f.reason end as reason,
    least(u.window_days, n.window_days) as doubt_window,
    n.window_days as unseen_window,
    cast(coalesce(p.bits, 0) as bigint) as pending,
    count(*) as members
from outcomes.cohort_member as m
inner join outcomes.kind_scope as c on c.cohort = m.cohort
inner join outcomes.first_per_release as f on f.release_id = m.member_id and f.kind = c.kind
left join outcomes.release_subset as b on b.subset = c.subset and b.release_id = m.member_id
left join outcomes.day_window as e on e.kind = f.kind and e.day = f.event_day
left join outcomes.day_window as u on u.kind = f.kind and u.day = f.unclear_day
left join outcomes.day_window as n on n.kind = f.kind and n.day = f.unseen_day
left join pending as p on p.release_id = m.member_id and p.kind = f.kind
left join outcomes.several as a on a.group_by = 'all' and a.cohort = m.cohort and a.sieve = hash(m.person_id)
left join outcomes.several as x on x.group_by = 'prison' and x.cohort = m.cohort and x.sieve = hash(m.person_id, m.prison)
left join outcomes.several as y
    on y.group_by = 'quarter' and y.cohort = m.cohort and y.sieve = hash(m.person_id, m.release_quarter)
where c.subset = '' or b.release_id is not null
group by
    c.kind, c.cohort, c.subset, m.partner, m.prison, m.release_quarter, m.planned, m.drug_user, m.complete_to,
    a.sieve is null, x.sieve is null, y.sieve is null, e.window_days,
    case when c.kind = 'return_to_prison' then f.reason end, least(u.window_days, n.window_days), n.window_days,
    cast(coalesce(p.bits, 0) as bigint);

-- A row is such a combination in one window of one measure: an event or none, a doubt or none. What is not broken down
-- carries no groups.
create or replace table outcomes.judged_count as
with placed as (
    select
        c.series, c.measure,
        case
            when not coalesce(d.delivers, true) then 'not_collected'
            when
                date_diff('day', q.last_day, least(u.complete_to, coalesce(k.seen_to, u.complete_to))) >= w.longest_days
                then 'measured'
            else 'too_early'
        end as state,
        case when w.broken_down then u.partner end as partner,
        case when w.broken_down then u.prison end as prison,
        u.quarter,
        case when w.broken_down then u.planned end as planned,
        case when w.broken_down then u.drug_user end as drug_user,
        u.alone, u.alone_in_prison, u.alone_in_quarter, u.members, u.complete_to, u.reason,
        case when u.event_window <= w.window_days then 1 else 0 end as number,
        case when u.doubt_window <= w.window_days or (u.pending & b.bit) > 0 then 1 else 0 end as doubt,
        case when u.unseen_window <= w.window_days then 1 else 0 end as unseen
    from outcomes.member_count as u
    inner join outcomes.measure_scope as s on s.cohort = u.cohort and s.subset = u.subset
    inner join outcomes.measure_window as w on w.measure = s.measure and w.event = u.kind
    inner join outcomes.window_bit as b on b.kind = u.kind and b.window_days = w.window_days
    inner join outcomes.cell_series as c
        on
            c.measure = w.measure and c.component = '' and c.cohort = u.cohort and c.cell_set = w.cell_set
            and c.window_days = w.window_days
    inner join outcomes.event_kind as k on k.kind = u.kind
    inner join outcomes.calendar_quarter as q on q.quarter = u.quarter
    left join outcomes.partner_measure as d on d.measure = w.measure and d.partner = u.partner
    where w.measure <> 'return_frequency'
)
select
    series, 'groups' as scope, state, partner, prison, quarter, planned, drug_user,
    cast(null as varchar) as detail_by, cast(null as varchar) as detail, alone, alone_in_prison, alone_in_quarter, members,
    cast(number as bigint) as number, doubt * (1 - number) as possible, unseen * (1 - number) as unobserved, complete_to
from placed
union all
select
    p.series, 'detail', p.state, p.partner, p.prison, p.quarter, p.planned, p.drug_user, 'reason', c.cause, p.alone,
    p.alone_in_prison, p.alone_in_quarter, p.members, case when p.reason = c.cause then p.number else 0 end,
    p.doubt * (1 - p.number), p.unseen * (1 - p.number), p.complete_to
from placed as p
cross join outcomes.cause as c
where p.measure = 'cause_of_return'
union all
select
    c.series, 'groups', j.state, j.partner, j.prison, j.release_quarter, j.planned, j.drug_user, null, null, j.alone,
    j.alone, j.alone, count(*), coalesce(e.number, 0), j.doubt * (1 - j.number), j.unseen * (1 - j.number), j.complete_to
from outcomes.judged_member as j
inner join outcomes.cell_series as c
    on
        c.measure = j.measure and c.component = '' and c.cohort = j.cohort and c.cell_set = j.cell_set
        and c.window_days = j.window_days
left join outcomes.event_count as e
    on e.release_id = j.member_id and e.kind = j.kind and e.window_days = j.window_days
where j.measure = 'return_frequency'
group by
    c.series, j.state, j.partner, j.prison, j.release_quarter, j.planned, j.drug_user, j.alone, coalesce(e.number, 0),
    j.doubt * (1 - j.number), j.unseen * (1 - j.number), j.complete_to;
