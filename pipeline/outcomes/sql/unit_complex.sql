-- A row is one programme client: were they released outside the prison's region and without stable housing, or with three
-- or more prior terms? From records dated on or before the release; unknown where an answer that decides is missing.
create or replace table outcomes.complex_case as
with member as (
    select
        m.release_key, m.person_id, m.release_date, m.spell_admission_date, m.prior_terms, m.prison_region,
        k.region_after_release
    from outcomes.release_member as m
    inner join outcomes.release_agreement as a on a.release_key = m.release_key
    inner join core."case" as k on k.partner = a.partner and k.case_id = a.case_id
    where m.cohort = 'programme'
),
housing as (
    select
        m.release_key, d.state,
        row_number() over (partition by m.release_key order by s.status_date desc, s.partner, s.status_id desc) as age
    from member as m
    inner join core.living_status as s
        on s.person_id = m.person_id and s.status_date between m.spell_admission_date and m.release_date
    inner join outcomes.living_code as d on d.side = 'housing' and d.code = coalesce(s.housing, 'unknown')
),
answered as (
    select
        m.release_key, m.person_id,
        case
            when coalesce(m.region_after_release, 'unknown') = 'unknown' or m.prison_region is null then 'unknown'
            when m.region_after_release <> m.prison_region then 'yes'
            else 'no'
        end as outside,
        case
            when m.prior_terms >= 3 or h.state = 'unstable' then 'yes'
            when m.prior_terms < 3 and h.state = 'stable' then 'no'
            else 'unknown'
        end as hard
    from member as m
    left join housing as h on h.release_key = m.release_key and h.age = 1
)
select
    release_key, person_id,
    case
        when outside = 'no' or hard = 'no' then 'no' when outside = 'yes' and hard = 'yes' then 'yes' else 'unknown'
    end as complex
from answered;

-- A row is one unit of work for a programme client once more, by whether the case was a complex one on the day of release.
insert into outcomes.unit_row
select
    u.measure, u.component, u.cohort, u.cell_set, u.window_days, 'detail', u.person_id, u.state, u.amount, u.number,
    u.possible, u.unobserved, u.size, u.partner, u.prison, u.quarter, u.planned, u.drug_user, 'complex_case', c.complex,
    u.worker, u.covered_to, u.alone
from outcomes.unit_row as u
inner join outcomes.measure_group as g on g.measure = u.measure and g.group_by = 'complex_case'
inner join outcomes.complex_case as c on c.person_id = u.person_id
where u.cohort = 'programme' and u.scope = 'groups';
