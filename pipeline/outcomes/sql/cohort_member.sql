-- A row is one release of a through-the-gate client: the agreement made last on or before it (ties: partner, case), and
-- whether one was made in the term that ends with it.
create or replace table outcomes.release_agreement as
with candidate as (
    select
        r.release_key,
        c.partner,
        c.case_id,
        c.case_manager_id,
        c.agreement_date >= r.spell_admission_date as in_term,
        row_number() over (partition by r.release_key order by c.agreement_date desc, c.partner, c.case_id) as rank
    from outcomes.release_observed as r
    inner join outcomes.case_period as c on c.person_key = r.person_key and c.agreement_date <= r.release_date
    where c.programme = 'through_the_gate'
)
select release_key, partner, case_id, case_manager_id, in_term from candidate where rank = 1;

-- A row is one release of a client whose through-the-gate case was open on the day of release, as known on that day.
create or replace table outcomes.release_open as
select distinct x.release_key
from (
    select r.release_key, r.release_date, c.agreement_date, c.case_id, c.partner, max(s.service_date) as last_contact
    from outcomes.release_agreement as a
    inner join outcomes.release_observed as r on r.release_key = a.release_key
    inner join outcomes.case_period as c
        on c.person_key = r.person_key and c.programme = 'through_the_gate' and c.agreement_date <= r.release_date
    left join outcomes.case_contact as s
        on s.partner = c.partner and s.case_id = c.case_id and s.service_date <= r.release_date
    group by r.release_key, r.release_date, c.agreement_date, c.case_id, c.partner
) as x
inner join core."case" as c on c.partner = x.partner and c.case_id = x.case_id
where
    x.release_date <= coalesce(c.end_date, date '9999-12-31')
    and x.release_date <= coalesce(c.agreement_end_planned + interval 30 day, date '9999-12-31')
    and (
        x.release_date <= coalesce(x.last_contact, x.agreement_date) + interval 180 day
        or x.partner not in (select source from core.coverage where table_name = 'service')
    );

-- A row is one relative who was served: the day of the first service and the case it belongs to.
create or replace table outcomes.family_served as
with served as (
    select
        f.partner,
        f.family_member_id,
        f.person_id,
        s.service_date,
        s.prison,
        s.case_id,
        row_number() over (
            partition by f.partner, f.family_member_id order by s.service_date, s.service_id
        ) as rank
    from core.family_member as f
    inner join core.service as s on s.partner = f.partner and s.family_member_id = f.family_member_id
    cross join outcomes.study as y
    left join core.person as p on p.person_id = f.person_id
    where s.attendance = 'attended' and s.service_date <= y.as_of and s.service_date <= y.last_day
        and p.consent_withdrawn_date is null
)
select partner, family_member_id, person_id, service_date, prison, case_id from served where rank = 1;

-- A row is one release in one cohort of releases, but for all_releases, which are all of them.
create or replace table outcomes.member as
with programme as (
    select
        r.release_key, a.partner, a.case_manager_id,
        row_number() over (partition by r.person_key order by r.release_date, r.spell_number) as number
    from outcomes.release_agreement as a
    inner join outcomes.release_observed as r on r.release_key = a.release_key
    where a.in_term
),
outside as (
    select
        r.release_key,
        row_number() over (partition by r.person_key order by r.release_date, r.spell_number) as number
    from outcomes.release_observed as r
    cross join outcomes.study as y
    left join outcomes.release_agreement as a on a.release_key = r.release_key
    where r.drug_user = 'yes' and a.release_key is null and r.release_date >= y.first_day
)
select 'programme' as cohort, release_key, partner, case_manager_id from programme where number = 1
union all
select 'programme_open', p.release_key, p.partner, p.case_manager_id
from programme as p
inner join outcomes.release_open as o on o.release_key = p.release_key
where p.number = 1
union all
select 'programme_per_release', release_key, partner, case_manager_id from programme
union all
select 'comparison', release_key, null, null from outside where number = 1;

-- A row is one member of one cohort of releases, with what was observed of the release.
create or replace view outcomes.observed_member as
select m.cohort, m.partner, m.case_manager_id, r.*
from outcomes.member as m
inner join outcomes.release_observed as r on r.release_key = m.release_key
union all
select 'all_releases', null, null, r.* from outcomes.release_observed as r;

-- A row is the same with the release's name, and with what is known of its person.
create or replace view outcomes.release_member as
select
    m.*, concat(p.person_id, '-', cast(m.spell_number as varchar)) as release_id, 'sentence' as release_kind,
    p.person_id, p.region, p.sex, p.birth_year
from outcomes.observed_member as m
inner join outcomes.person_seen as p on p.person_key = m.person_key;

-- A row is one member of one cohort. Groups are those known on day 0 (start_date).
-- Release cohorts: member_id = release_id; romodrom: partner/case_id; family: partner/family_member_id.
create or replace view outcomes.cohort_member as
select
    cohort, release_id as member_id, person_id, release_date as start_date, release_quarter, release_kind, partner, prison,
    region, planned, sex, birth_year, covered_to as complete_to, drug_user, case_manager_id
from outcomes.release_member
union all
select
    'romodrom', c.partner || '/' || c.case_id, c.person_id, c.agreement_date, c.quarter, null, c.partner, c.prison,
    coalesce(p.region, 'unknown'), null, coalesce(p.sex, 'unknown'), p.birth_year, t.covered_to, null, c.case_manager_id
from outcomes.case_period as c
cross join outcomes.study as y
left join core.person as p on p.person_id = c.person_id
left join outcomes.partner_table as t on t.partner = c.partner and t.table_name = 'case'
where c.programme = 'romodrom' and c.agreement_date <= y.last_day and c.agreement_date <= y.as_of
union all
select
    'family', f.partner || '/' || f.family_member_id, f.person_id, f.service_date, q.quarter, null, f.partner,
    coalesce(f.prison, 'unknown'), coalesce(p.region, 'unknown'), null, coalesce(p.sex, 'unknown'), p.birth_year,
    t.covered_to, null, c.case_manager_id
from outcomes.family_served as f
inner join outcomes.calendar_quarter as q on f.service_date between q.first_day and q.last_day
left join core.person as p on p.person_id = f.person_id
left join outcomes.case_period as c on c.partner = f.partner and c.case_id = f.case_id
left join outcomes.partner_table as t on t.partner = f.partner and t.table_name = 'service';
