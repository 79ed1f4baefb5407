-- A row is one series of cells: a measure's part in one cohort, set and window. Measures of events after release that ask
-- the same of the same people share a question.
create or replace table outcomes.cell_series as
select
    row_number() over (order by k.measure, k.component, s.cohort, w.cell_set, w.window_days) as series,
    k.measure, k.component, s.cohort, w.cell_set, w.window_days, w.longest_days, w.broken_down, k.unit, k.value_kind,
    k.per, k.process, q.question, coalesce(q.repeats, false) as repeats
from outcomes.measure_component as k
inner join outcomes.measure_scope as s on s.measure = k.measure
inner join outcomes.measure_window as w on w.measure = k.measure
left join outcomes.question as q on q.measure = k.measure and q.kind in (select kind from outcomes.event_kind);

-- A row is one question in one cohort, under a number; `several`: somebody may be in the cohort with several releases.
create or replace table outcomes.question_scope as
select
    row_number() over (order by q.question, s.cohort) as scope,
    q.question, q.kind, q.subset, s.cohort,
    max(case when q.repeats then 1 else 0 end) as later_events,
    max(case when q.measure = 'cause_of_return' then 1 else 0 end) as causes,
    max(case when coalesce(d.base, s.cohort) in ('all_releases', 'programme_per_release') then 1 else 0 end) as several
from outcomes.question as q
inner join outcomes.event_kind as k on k.kind = q.kind
inner join outcomes.measure_scope as s on s.measure = q.measure
left join outcomes.declared_cohort as d on d.cohort = s.cohort
group by q.question, q.kind, q.subset, s.cohort;

-- A row is one kind of event and one release quarter: the longest follow-up (of those asked for, in days) that everybody
-- released in the quarter can have; -1 is none.
create or replace table outcomes.quarter_reach as
select
    k.kind, q.quarter,
    coalesce(max(
        case
            when
                date_diff('day', q.last_day, least(y.covered_to, coalesce(k.seen_to, y.covered_to))) >= w.longest_days
                then w.longest_days
        end
    ), -1) as reach
from outcomes.event_kind as k
cross join outcomes.calendar_quarter as q
cross join outcomes.study as y
left join outcomes.measure_window as w on w.event = k.kind
group by k.kind, q.quarter;
