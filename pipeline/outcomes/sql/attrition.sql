-- A row is one unit on the way into a cohort of outcomes.way, put together once for all that counts them.
create or replace temp table path as
select * from outcomes.way;

-- A row is one unit on the way into a cohort that the project declares: the way into its base cohort up to the windows, then
-- the conditions of its own, then the windows.
insert into path
with turn as (
    select cohort, min(step_number) as step_number
    from outcomes.attrition_step
    where step = 'conditions_met'
    group by cohort
)
select
    d.cohort, p.person_key, p.stranger, p.spell_number, p.unit,
    case
        when p.lost_step < t.step_number then p.lost_step
        when u.column_name is not null then t.step_number
        when p.lost_step < 99 then p.lost_step + 1
        else 99
    end,
    case when p.lost_step >= t.step_number and u.column_name is not null then 'other_' || u.column_name else p.reason end
from path as p
inner join outcomes.declared_cohort as d on d.base = p.cohort
inner join turn as t on t.cohort = d.cohort
left join (
    select u.cohort, r.person_key, r.spell_number, u.column_name
    from outcomes.declared_unmet as u
    inner join outcomes.release_observed as r on r.release_key = u.release_key
) as u on u.cohort = d.cohort and u.person_key = p.person_key and u.spell_number = p.spell_number;

-- A row is one step of one cohort (reason ''), or one reason for which persons or releases were lost before it. A person is
-- lost where the unit that came furthest is (of several: the last).
insert into outcomes.attrition
with numbered as (
    select cohort, row_number() over (order by cohort) as number
    from (select distinct cohort from outcomes.attrition_step) as known
),
told as (
    select reason, row_number() over (order by reason) as number
    from (select distinct reason from path) as known
),
furthest as (
    select n.cohort, max((p.lost_step * cast(100000 as bigint) + coalesce(p.spell_number, 0)) * 1000 + t.number) as place
    from path as p
    inner join numbered as n on n.cohort = p.cohort
    inner join told as t on t.reason = p.reason
    where p.person_key is not null
    group by p.person_key, n.number, n.cohort
    union all
    select p.cohort, max(p.lost_step * cast(100000000 as bigint) + t.number)
    from path as p
    inner join told as t on t.reason = p.reason
    where p.person_key is null
    group by p.cohort, p.stranger
),
person_left as (
    select f.cohort, f.lost_step, t.reason, sum(f.persons) as persons
    from (
        select
            cohort, cast(floor(place / 100000000) as integer) as lost_step, mod(place, 1000) as number,
            count(*) as persons
        from furthest
        group by 1, 2, 3
    ) as f
    inner join told as t on t.number = f.number
    group by f.cohort, f.lost_step, t.reason
),
unit_left as (
    select
        cohort, lost_step, reason, count(case when spell_number is not null or unit is not null then 1 end) as units
    from path
    group by cohort, lost_step, reason
),
reached as (
    select
        s.cohort, s.step_number, s.step, s.counts_units,
        cast(coalesce(sum(p.persons), 0) as bigint) as persons
    from outcomes.attrition_step as s
    left join person_left as p on p.cohort = s.cohort and p.lost_step > s.step_number
    group by s.cohort, s.step_number, s.step, s.counts_units
),
kept as (
    select s.cohort, s.step_number, cast(coalesce(sum(u.units), 0) as bigint) as units
    from outcomes.attrition_step as s
    left join unit_left as u on u.cohort = s.cohort and u.lost_step > s.step_number
    group by s.cohort, s.step_number
),
lost as (
    select u.cohort, u.lost_step as step_number, u.reason, u.units, coalesce(l.persons, 0) as persons
    from unit_left as u
    left join person_left as l on l.cohort = u.cohort and l.lost_step = u.lost_step and l.reason = u.reason
    where u.lost_step < 99
)
select
    r.cohort, r.step_number, r.step, r.persons, case when r.counts_units then k.units end, '',
    coalesce(lag(r.persons) over (partition by r.cohort order by r.step_number) - r.persons, 0)
from reached as r
inner join kept as k on k.cohort = r.cohort and k.step_number = r.step_number
union all
select s.cohort, s.step_number, s.step, l.persons, case when s.counts_units then l.units end, l.reason, l.persons
from lost as l
inner join outcomes.attrition_step as s on s.cohort = l.cohort and s.step_number = l.step_number;

-- The ways are counted; those of a whole country are too long to be kept beside what follows.
drop table path;
