-- A row is one member of a base cohort who is not in a declared cohort made of it, with the condition that is not met (of
-- several the first in the alphabet): a column known on day 0, or the year of birth.
create or replace table outcomes.declared_unmet as
with condition as (
    select distinct cohort, column_name from outcomes.declared_value
),
answered as (
    select
        d.cohort, m.release_key, c.column_name,
        case c.column_name
            when 'partner' then m.partner
            when 'prison' then m.prison
            when 'region' then m.region
            when 'sex' then m.sex
            when 'planned' then m.planned
            when 'drug_user' then m.drug_user
        end as value
    from outcomes.release_member as m
    inner join outcomes.declared_cohort as d on d.base = m.cohort
    inner join condition as c on c.cohort = d.cohort
),
unmet as (
    select a.cohort, a.release_key, a.column_name
    from answered as a
    left join outcomes.declared_value as v
        on v.cohort = a.cohort and v.column_name = a.column_name and v.value = a.value
    where v.value is null
    union all
    select d.cohort, m.release_key, 'birth_year'
    from outcomes.release_member as m
    inner join outcomes.declared_cohort as d on d.base = m.cohort
    where
        not (d.born_from is null or coalesce(m.birth_year >= d.born_from, false))
        or not (d.born_to is null or coalesce(m.birth_year <= d.born_to, false))
)
select cohort, release_key, min(column_name) as column_name from unmet group by cohort, release_key;

-- A row is one release in a cohort that the project declares: somebody of its base cohort who meets every condition.
insert into outcomes.member
select d.cohort, m.release_key, m.partner, m.case_manager_id
from outcomes.release_member as m
inner join outcomes.declared_cohort as d on d.base = m.cohort
left join outcomes.declared_unmet as u on u.cohort = d.cohort and u.release_key = m.release_key
where u.release_key is null;
