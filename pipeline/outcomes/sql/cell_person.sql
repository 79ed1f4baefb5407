-- A row is one kind of event, one window and the follow-up it needs, with its place in whole numbers that hold the counts of
-- many windows at once, so many bits for each that the most releases of one person fit.
create or replace table outcomes.window_digit as
with most as (
    select coalesce(max(releases), 0) as releases
    from (select count(*) as releases from outcomes.release_observed group by person_key) as x
),
width as (
    select case when releases < 512 then 9 when releases < 32768 then 15 else 31 end as bits from most
),
asked as (
    select
        k.kind, k.kind_number, w.window_days, w.longest_days,
        row_number() over (partition by w.event order by w.window_days, w.longest_days) - 1 as place
    from (select distinct event, window_days, longest_days from outcomes.measure_window) as w
    inner join outcomes.event_kind as k on k.kind = w.event
)
select
    a.kind, a.kind_number, a.window_days, a.longest_days,
    cast(floor(a.place / floor(63 / w.bits)) as integer) as chunk,
    cast(mod(a.place, cast(floor(63 / w.bits) as bigint)) * w.bits as integer) as shift,
    cast(pow(2, mod(a.place, cast(floor(63 / w.bits) as bigint)) * w.bits) as bigint) as unit,
    cast(pow(2, w.bits) as bigint) - 1 as mask
from asked as a
cross join width as w;

-- A row is one kind of event, one length of follow-up, one first window with an event, and one such pair of numbers: in which
-- windows a release counts (ns), and in which with an event (xs).
create or replace table outcomes.release_digit as
select
    d.kind_number, d.chunk, r.reach, e.event_window,
    cast(sum(case when d.longest_days <= r.reach then d.unit else 0 end) as bigint) as ns,
    cast(
        sum(case when d.longest_days <= r.reach and e.event_window <= d.window_days then d.unit else 0 end) as bigint
    ) as xs
from outcomes.window_digit as d
inner join (select distinct kind_number, longest_days as reach from outcomes.window_digit) as r on r.kind_number = d.kind_number
inner join (
    select distinct kind_number, window_days as event_window from outcomes.window_digit
    union all
    select distinct kind_number, 1000000 from outcomes.window_digit
) as e on e.kind_number = d.kind_number
group by d.kind_number, d.chunk, r.reach, e.event_window;

-- A row is one combination of counts that people have in one group (by its number; 0 is everybody) of a cohort in which one
-- may be several times, with the number of these people.
create or replace table outcomes.person_count as
with marked as (
    select m.scope, m.person_key, m.partner, m.prison, m.quarter, m.planned, m.drug_user, d.chunk, d.ns, d.xs
    from member_outcome as m
    inner join outcomes.release_digit as d
        on d.kind_number = m.kind_number and d.reach = m.reach and d.event_window = m.event_window
    where m.several = 1
),
grouped as (
    select
        m.scope, m.person_key, m.chunk, m.ns, m.xs,
        case g.group_by
            when 'all' then 0
            when 'partner' then m.partner
            when 'prison' then m.prison
            when 'quarter' then m.quarter
            when 'planned' then m.planned
            when 'drug_user' then m.drug_user
        end as number
    from marked as m
    cross join (
        select 'all' as group_by
        union all
        select distinct group_by from outcomes.group_number where group_by not in ('reason', 'complex_case')
    ) as g
),
per_person as (
    select scope, person_key, chunk, number, cast(sum(ns) as bigint) as ns, cast(sum(xs) as bigint) as xs
    from grouped
    where number is not null
    group by scope, person_key, chunk, number
),
of_cause as (
    select
        m.scope, m.person_key, m.kind_number, m.reach, c.number,
        case when c.number = m.reason then m.event_window else 1000000 end as event_window
    from member_outcome as m
    inner join outcomes.group_number as c on c.group_by = 'reason'
    where m.several = 1 and m.reason is not null
),
per_cause as (
    select m.scope, m.person_key, d.chunk, m.number, cast(sum(d.ns) as bigint) as ns, cast(sum(d.xs) as bigint) as xs
    from of_cause as m
    inner join outcomes.release_digit as d
        on d.kind_number = m.kind_number and d.reach = m.reach and d.event_window = m.event_window
    group by m.scope, m.person_key, d.chunk, m.number
)
select scope, number, chunk, ns, xs, count(*) as persons
from per_person
group by scope, number, chunk, ns, xs
union all
select scope, number, chunk, ns, xs, count(*) from per_cause group by scope, number, chunk, ns, xs;

-- The members are counted.
drop table member_outcome;

-- A row is one cell's distinct people (measured) and sums over them: of squares of their units (nn) and events (xx), and
-- products (xn). Where everybody is in the cohort once, people are members.
create or replace table outcomes.cell_person as
with counted as (
    select
        s.series, coalesce(g.group_by, 'all') as group_by, coalesce(g.group_value, '') as group_value, p.persons,
        (p.ns >> d.shift) & d.mask as n, (p.xs >> d.shift) & d.mask as x
    from outcomes.person_count as p
    inner join outcomes.question_scope as q on q.scope = p.scope
    inner join outcomes.cell_series as s on s.question = q.question and s.cohort = q.cohort
    inner join outcomes.window_digit as d
        on
            d.kind = q.kind and d.window_days = s.window_days and d.longest_days = s.longest_days
            and d.chunk = p.chunk
    left join outcomes.group_number as g on g.number = p.number
    union all
    select
        c.series, c.group_by, c.group_value, c.n - c.counted, 1, 0
    from outcomes.cell_part as c
    inner join outcomes.cell_series as s on s.series = c.series
    inner join outcomes.question_scope as q on q.question = s.question and q.cohort = s.cohort and q.several = 0
    where c.part_by = '' and c.state = 'measured'
    union all
    select c.series, c.group_by, c.group_value, c.counted, 1, 1
    from outcomes.cell_part as c
    inner join outcomes.cell_series as s on s.series = c.series
    inner join outcomes.question_scope as q on q.question = s.question and q.cohort = s.cohort and q.several = 0
    where c.part_by = '' and c.state = 'measured'
    union all
    select series, group_by, group_value, 1, amount, number
    from placed_unit
    where alone and state = 'measured'
    union all
    select series, group_by, group_value, 1, sum(amount), sum(number)
    from placed_unit
    where not alone and state = 'measured' and person_id is not null
    group by series, group_by, group_value, person_id
)
select
    series, group_by, group_value,
    cast(sum(case when n > 0 then persons else 0 end) as bigint) as persons,
    cast(sum(case when x > 0 then persons else 0 end) as bigint) as numerator_persons,
    cast(sum(case when n > x then persons else 0 end) as bigint) as complement_persons,
    cast(sum(persons * x * x) as double) as xx,
    cast(sum(persons * x * n) as double) as xn,
    cast(sum(persons * n * n) as double) as nn
from counted
where group_value is not null
group by series, group_by, group_value;
