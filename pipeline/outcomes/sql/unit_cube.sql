-- A row is one combination of everything that a unit of work can be grouped by, with sums over its units. What needs
-- distinct persons is summed here for people who have one unit in the series; the others follow below.
create or replace table outcomes.unit_cube as
select
    c.series, u.scope, u.state, u.partner, u.prison, u.quarter, u.planned, u.drug_user, u.detail_by, u.detail,
    u.alone, u.alone as alone_in_prison, u.alone as alone_in_quarter,
    cast(sum(u.amount) as bigint) as n,
    cast(sum(u.number) as bigint) as x,
    cast(sum(u.possible) as bigint) as possible,
    cast(sum(u.unobserved) as bigint) as unobserved,
    count(case when u.amount > 0 then 1 end) as persons,
    count(case when u.number > 0 then 1 end) as numerator_persons,
    count(case when u.amount > u.number then 1 end) as complement_persons,
    cast(sum(u.number * u.number) as bigint) as xx,
    cast(sum(u.number * u.amount) as bigint) as xn,
    cast(sum(u.amount * u.amount) as bigint) as nn,
    min(u.covered_to) as covered_to
from outcomes.unit_row as u
inner join outcomes.cell_series as c
    on
        c.measure = u.measure and c.component = u.component and c.cohort = u.cohort and c.cell_set = u.cell_set
        and coalesce(c.window_days, -1) = coalesce(u.window_days, -1)
group by
    c.series, u.scope, u.state, u.partner, u.prison, u.quarter, u.planned, u.drug_user, u.detail_by, u.detail, u.alone;

-- The same from counted cohort members, in every window at once: each combination is an event or none, a doubt or none.
insert into outcomes.unit_cube
select
    j.series, j.scope, j.state, j.partner, j.prison, j.quarter, j.planned, j.drug_user, j.detail_by, j.detail, j.alone,
    j.alone_in_prison, j.alone_in_quarter,
    cast(sum(j.members) as bigint), cast(sum(j.members * j.number) as bigint),
    cast(sum(j.members * j.possible) as bigint), cast(sum(j.members * j.unobserved) as bigint),
    cast(sum(j.members) as bigint), cast(sum(case when j.number > 0 then j.members else 0 end) as bigint),
    cast(sum(case when j.number < 1 then j.members else 0 end) as bigint),
    cast(sum(j.members * j.number * j.number) as bigint), cast(sum(j.members * j.number) as bigint),
    cast(sum(j.members) as bigint), min(j.complete_to)
from outcomes.judged_count as j
group by
    j.series, j.scope, j.state, j.partner, j.prison, j.quarter, j.planned, j.drug_user, j.detail_by, j.detail, j.alone,
    j.alone_in_prison, j.alone_in_quarter;

-- A row is one group of one series in one state, once for people without another unit there (lone) and once for the others.
create or replace table outcomes.cube_group as
with placed as (
    select
        u.series, g.group_by,
        case g.group_by
            when 'all' then ''
            when 'partner' then u.partner
            when 'prison' then u.prison
            when 'quarter' then u.quarter
            when 'planned' then u.planned
            when 'drug_user' then u.drug_user
            else u.detail
        end as group_value,
        case g.group_by
            when 'prison' then u.alone_in_prison when 'quarter' then u.alone_in_quarter else u.alone
        end as lone,
        u.state, u.quarter, u.n, u.x, u.possible, u.unobserved, u.persons, u.numerator_persons, u.complement_persons, u.xx,
        u.xn, u.nn, u.covered_to
    from outcomes.unit_cube as u
    inner join outcomes.cell_series as c on c.series = u.series
    inner join outcomes.measure_group as g
        on g.measure = c.measure and g.scope = u.scope and (g.scope <> 'detail' or g.group_by = u.detail_by)
)
select
    series, group_by, group_value, lone, state, min(quarter) as quarter_from, max(quarter) as quarter_to,
    cast(sum(n) as bigint) as n, cast(sum(x) as bigint) as x, cast(sum(possible) as bigint) as possible,
    cast(sum(unobserved) as bigint) as unobserved, cast(sum(persons) as bigint) as persons,
    cast(sum(numerator_persons) as bigint) as numerator_persons,
    cast(sum(complement_persons) as bigint) as complement_persons,
    cast(sum(xx) as bigint) as xx, cast(sum(xn) as bigint) as xn, cast(sum(nn) as bigint) as nn,
    min(covered_to) as covered_to
from placed
where group_value is not null
group by series, group_by, group_value, lone, state;

-- A row is one group of one series that has units, under a number.
create or replace table outcomes.cell_group as
select
    row_number() over (order by series, group_by, group_value) as cell,
    series, group_by, group_value
from (select distinct series, group_by, group_value from outcomes.cube_group where group_value is not null) as x;
