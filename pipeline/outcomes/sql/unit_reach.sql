-- A row is one release from sentence of a drug user from a prison of the programme, in all groups and again by sex, age on
-- the day of release, citizenship and region: was an agreement made in the term?
insert into outcomes.unit_row
with released as (
    select
        m.member_id, m.person_id, m.prison, m.release_quarter, m.complete_to, m.sex, m.region,
        coalesce(p.citizenship, 'unknown') as citizenship,
        case
            when m.birth_year is null then 'unknown'
            when year(m.start_date) - m.birth_year < 25 then 'under_25'
            when year(m.start_date) - m.birth_year < 35 then '25_to_34'
            when year(m.start_date) - m.birth_year < 45 then '35_to_44'
            else '45_and_over'
        end as age,
        case when q.last_day <= m.complete_to then 'measured' else 'too_early' end as state,
        case when a.in_term then 1 else 0 end as number,
        count(*) over (partition by m.person_id) = 1 as alone
    from outcomes.cohort_member as m
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
    inner join (
        select distinct r.member_id
        from outcomes.cohort_member as r
        inner join core.programme_prison as h
            on
                h.prison = r.prison and r.start_date >= h.valid_from
                and r.start_date < coalesce(h.valid_to, date '9999-12-31')
        where r.cohort = 'all_releases'
    ) as h on h.member_id = m.member_id
    left join (
        select r.release_id, a.in_term
        from outcomes.release_agreement as a
        inner join outcomes.release_seen as r on r.release_key = a.release_key
    ) as a on a.release_id = m.member_id
    left join core.person as p on p.person_id = m.person_id
    where m.cohort = 'all_releases' and m.drug_user = 'yes'
),
detailed as (
    select *, cast(null as varchar) as detail_by, cast(null as varchar) as detail from released
    union all
    select *, 'sex', sex from released
    union all
    select *, 'age', age from released
    union all
    select *, 'citizenship', citizenship from released
    union all
    select *, 'region', region from released
)
select
    'reach', '', 'all_releases', 'own', null, case when d.detail_by is null then 'groups' else 'detail' end, d.person_id,
    d.state, 1, d.number, 0, 0, null, null, d.prison, d.release_quarter, null, null, d.detail_by, d.detail, null,
    d.complete_to, d.alone
from detailed as d
where exists (select 1 from outcomes.partner_table as t where t.table_name = 'case');
