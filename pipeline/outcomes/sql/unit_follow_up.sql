-- A row is one release and one kind of event: the first day of a confirmed event, and the days from which it is in doubt.
create or replace table outcomes.first_per_release as
select
    release_id,
    kind,
    min(case when status = 'event' then days end) as event_day,
    min(case when status = 'event' and event_number = 1 then reason end) as reason,
    min(case when status = 'unclassifiable' then days end) as unclear_day,
    min(case when status = 'unobserved' then days end) as unseen_day
from outcomes.event_per_release
group by release_id, kind;

-- A row is one release, one kind of event and one window on whose last day a stay on remand is pending.
create or replace table outcomes.pending_per_window as
select distinct e.release_id, e.kind, w.window_days
from outcomes.event_per_release as e
inner join (select distinct event, window_days from outcomes.measure_window) as w
    on
        w.event = e.kind and e.days <= w.window_days
        and coalesce(e.until_days, w.window_days + 1) > w.window_days
where e.status = 'pending';

-- A row is one release, one kind of event and one window in which such events happened: how many.
create or replace table outcomes.event_count as
select e.release_id, e.kind, w.window_days, count(*) as number
from outcomes.event_per_release as e
inner join outcomes.measure_window as w
    on w.measure = 'return_frequency' and w.event = e.kind and w.cell_set = 'own' and e.days <= w.window_days
where e.status = 'event'
group by e.release_id, e.kind, w.window_days;

-- A row is one cohort member in one window of one measure of events after release, with the doubts in that window. The
-- window counts when its whole release quarter can be complete, in every table that the measure needs. What is not broken
-- down carries no groups, so that its units fall into few combinations.
create or replace view outcomes.judged_member as
with member as (
    select m.*, count(*) over (partition by m.cohort, m.person_id) = 1 as alone, q.last_day
    from outcomes.cohort_member as m
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    where m.cohort not in ('romodrom', 'family')
)
select
    w.measure, w.cell_set, w.window_days, f.kind, f.reason, m.cohort, m.member_id, m.person_id, m.release_quarter,
    case when w.broken_down then m.partner end as partner,
    case when w.broken_down then m.prison end as prison,
    case when w.broken_down then m.planned end as planned,
    case when w.broken_down then m.drug_user end as drug_user,
    m.complete_to, m.alone,
    case when f.event_day <= w.window_days then 1 else 0 end as number,
    case
        when f.unclear_day <= w.window_days or f.unseen_day <= w.window_days or p.release_id is not null then 1
        else 0
    end as doubt,
    case when f.unseen_day <= w.window_days then 1 else 0 end as unseen,
    case
        when not coalesce(d.delivers, true) then 'not_collected'
        when
            date_diff('day', m.last_day, least(m.complete_to, coalesce(k.seen_to, m.complete_to))) >= w.longest_days
            then 'measured'
        else 'too_early'
    end as state
from member as m
inner join outcomes.measure_scope as c on c.cohort = m.cohort
inner join outcomes.measure_window as w on w.measure = c.measure
inner join outcomes.event_kind as k on k.kind = w.event
inner join outcomes.first_per_release as f on f.release_id = m.member_id and f.kind = w.event
left join outcomes.release_subset as b on b.subset = c.subset and b.release_id = m.member_id
left join outcomes.pending_per_window as p
    on p.release_id = m.member_id and p.kind = w.event and p.window_days = w.window_days
left join outcomes.partner_measure as d on d.measure = w.measure and d.partner = m.partner
where c.subset = '' or b.release_id is not null;

-- A row is one unit of one measure (see outcomes.unit_row). After release: one cohort member in one window of one measure,
-- an event or none, where a doubt counts as possible if no event is confirmed. The same for each cause of the first return.
-- And how many later times in custody include a return.
create or replace view outcomes.unit as
select * from outcomes.unit_row
union all
select
    measure, '', cohort, cell_set, window_days, 'groups', person_id, state, 1, number, doubt * (1 - number),
    unseen * (1 - number), null, partner, prison, release_quarter, planned, drug_user, null, null, null, complete_to, alone
from outcomes.judged_member
where measure <> 'return_frequency'
union all
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'detail', j.person_id, j.state, 1,
    case when j.reason = c.cause then j.number else 0 end, j.doubt * (1 - j.number), j.unseen * (1 - j.number), null,
    j.partner, j.prison, j.release_quarter, j.planned, j.drug_user, 'reason', c.cause, null, j.complete_to, false
from outcomes.judged_member as j
cross join outcomes.cause as c
where j.measure = 'cause_of_return'
union all
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'groups', j.person_id, j.state, 1,
    coalesce(e.number, 0), j.doubt * (1 - j.number), j.unseen * (1 - j.number), null,
    j.partner, j.prison, j.release_quarter, j.planned, j.drug_user, null, null, null, j.complete_to, j.alone
from outcomes.judged_member as j
left join outcomes.event_count as e
    on e.release_id = j.member_id and e.kind = j.kind and e.window_days = j.window_days
where j.measure = 'return_frequency';
