-- A row is one partner and one of its tables: the unbroken run of days on which it has been seen, capped by the as-of date.
create or replace table outcomes.partner_table as
select
    c.source as partner,
    c.table_name,
    max(c.covered_from) as covered_from,
    least(min(c.covered_to), max(s.as_of)) as covered_to
from core.coverage as c
cross join outcomes.study as s
group by c.source, c.table_name;

-- A row is one measure and one partner with cases: whether it delivers every table that the measure needs, and the days
-- on which all of them have been seen.
create or replace table outcomes.partner_measure as
select
    m.measure,
    p.partner,
    count(*) = count(t.table_name) as delivers,
    max(t.covered_from) as covered_from,
    min(t.covered_to) as covered_to
from outcomes.measure_table as m
cross join (select distinct partner from core."case") as p
left join outcomes.partner_table as t on t.partner = p.partner and t.table_name = m.table_name
where not m.national
group by m.measure, p.partner;

-- A row is one measure, partner and quarter up to the run's: whether the whole quarter has been seen.
create or replace table outcomes.partner_quarter as
select
    p.measure,
    p.partner,
    q.quarter,
    p.covered_to,
    case
        when not p.delivers or q.first_day < p.covered_from then 'not_collected'
        when q.last_day <= p.covered_to then 'measured'
        else 'too_early'
    end as state
from outcomes.partner_measure as p
cross join outcomes.calendar_quarter as q;
