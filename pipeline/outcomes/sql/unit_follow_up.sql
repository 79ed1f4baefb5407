-- A row is one cohort member in one window of one measure of events after release, with the doubts in that window. The
-- window counts when its whole release quarter can be complete, in every table that the measure needs. What is not broken
-- down carries no groups, only whose it is. `repeats` says that the measure counts the later events too.
create or replace view outcomes.judged_member as
select
    w.measure, w.cell_set, w.window_days, m.kind, m.reason, m.cohort, m.release_id as member_id, m.person_id,
    m.release_quarter,
    case when w.broken_down then m.partner end as partner,
    case when w.broken_down then m.prison end as prison,
    case when w.broken_down then m.planned end as planned,
    case when w.broken_down then m.drug_user end as drug_user,
    m.partner as whose_partner,
    m.prison as whose_prison,
    m.covered_to as complete_to,
    m.release_key,
    a.repeats,
    count(*) over (partition by w.measure, w.cell_set, w.window_days, m.cohort, m.person_key) = 1 as alone,
    case when m.event_day <= w.window_days then 1 else 0 end as number,
    case when m.doubt_window <= w.window_days or (m.pending & b.bit) > 0 then 1 else 0 end as doubt,
    case when m.unseen_window <= w.window_days then 1 else 0 end as unseen,
    case
        when not coalesce(d.delivers, true) then 'not_collected'
        when
            date_diff('day', q.last_day, least(m.covered_to, coalesce(m.seen_to, m.covered_to))) >= w.longest_days
            then 'measured'
        else 'too_early'
    end as state
from outcomes.followed_member as m
inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
inner join outcomes.measure_window as w on w.event = m.kind
inner join outcomes.measure_scope as c on c.measure = w.measure and c.cohort = m.cohort
inner join outcomes.question as a on a.measure = w.measure
inner join outcomes.window_bit as b on b.kind = m.kind and b.window_days = w.window_days
left join outcomes.release_subset as s on s.subset = c.subset and s.release_key = m.release_key
left join outcomes.partner_measure as d on d.measure = w.measure and d.partner = m.partner
where c.subset = '' or s.release_key is not null;

-- A row is one unit of one measure (see outcomes.unit_row). After release: one cohort member in one window of one measure,
-- an event or none, where a doubt counts as possible if no event is confirmed. The same for each cause of the first return,
-- and by whether the case was a complex one. And how many later times in custody include a return. Whose people a unit is
-- (`whose_partner`, `whose_prison`) is known also where its window is not broken down.
create or replace view outcomes.unit as
select *, partner as whose_partner, prison as whose_prison from outcomes.unit_row
union all
select
    measure, '', cohort, cell_set, window_days, 'groups', person_id, state, 1, number, doubt * (1 - number),
    unseen * (1 - number), null, partner, prison, release_quarter, planned, drug_user, null, null, null, complete_to, alone,
    whose_partner, whose_prison
from outcomes.judged_member
where not repeats
union all
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'detail', j.person_id, j.state, 1,
    case when j.reason = c.cause then j.number else 0 end, j.doubt * (1 - j.number), j.unseen * (1 - j.number), null,
    j.partner, j.prison, j.release_quarter, j.planned, j.drug_user, 'reason', c.cause, null, j.complete_to, false,
    j.whose_partner, j.whose_prison
from outcomes.judged_member as j
cross join outcomes.cause as c
where j.measure = 'cause_of_return'
union all
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'detail', j.person_id, j.state, 1, j.number,
    j.doubt * (1 - j.number), j.unseen * (1 - j.number), null, j.partner, j.prison, j.release_quarter, j.planned,
    j.drug_user, 'complex_case', c.complex, null, j.complete_to, j.alone, j.whose_partner, j.whose_prison
from outcomes.judged_member as j
inner join outcomes.measure_group as g on g.measure = j.measure and g.group_by = 'complex_case'
inner join outcomes.complex_case as c on c.release_key = j.release_key
where j.cohort = 'programme' and not j.repeats
union all
select
    j.measure, '', j.cohort, j.cell_set, j.window_days, 'groups', j.person_id, j.state, 1, coalesce(e.number, 0),
    j.doubt * (1 - j.number), j.unseen * (1 - j.number), null, j.partner, j.prison, j.release_quarter, j.planned,
    j.drug_user, null, null, null, j.complete_to, j.alone, j.whose_partner, j.whose_prison
from outcomes.judged_member as j
left join (
    select e.release_key, w.measure, w.window_days, count(*) as number
    from outcomes.event_per_release as e
    inner join outcomes.measure_window as w
        on w.event = e.kind and w.cell_set = 'own' and e.days <= w.window_days
    where e.status = 'event'
    group by e.release_key, w.measure, w.window_days
) as e on e.release_key = j.release_key and e.measure = j.measure and e.window_days = j.window_days
where j.repeats;
