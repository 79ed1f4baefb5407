-- A row is one member of a cohort that the project declares: somebody of its base cohort, born in the years asked for, who
-- has one of the values asked for in every column.
insert into outcomes.cohort_member
with asked as (
    select cohort, count(distinct column_name) as columns from outcomes.declared_value group by cohort
),
fitting as (
    select d.cohort, m.member_id, count(*) as columns
    from outcomes.cohort_member as m
    inner join outcomes.declared_cohort as d on d.base = m.cohort
    inner join outcomes.declared_value as v
        on
            v.cohort = d.cohort
            and v.value = case v.column_name
                when 'partner' then m.partner
                when 'prison' then m.prison
                when 'region' then m.region
                when 'sex' then m.sex
                when 'planned' then m.planned
                when 'drug_user' then m.drug_user
            end
    group by d.cohort, m.member_id
)
select
    d.cohort, m.member_id, m.person_id, m.start_date, m.release_quarter, m.release_kind, m.partner, m.prison, m.region,
    m.planned, m.sex, m.birth_year, m.complete_to, m.drug_user, m.case_manager_id
from outcomes.cohort_member as m
inner join outcomes.declared_cohort as d on d.base = m.cohort
left join asked as a on a.cohort = d.cohort
left join fitting as f on f.cohort = d.cohort and f.member_id = m.member_id
where
    coalesce(f.columns, 0) = coalesce(a.columns, 0)
    and (d.born_from is null or m.birth_year >= d.born_from)
    and (d.born_to is null or m.birth_year <= d.born_to);
