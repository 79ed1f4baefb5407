-- A row is one family: the relatives on record of one client of the Romodrom programme, with the first agreement and the
-- first release from the term in which an agreement was made.
create or replace table outcomes.family as
with client as (
    select c.partner, c.person_id, min(c.agreement_date) as agreement_date, min(c.case_manager_id) as case_manager_id
    from outcomes.case_period as c
    cross join outcomes.study as y
    where c.programme = 'romodrom' and c.agreement_date <= y.last_day and c.agreement_date <= y.as_of
    group by c.partner, c.person_id
),
released as (
    select c.partner, c.person_id, min(r.release_date) as release_date
    from outcomes.case_period as c
    inner join outcomes.release_seen as r
        on r.person_id = c.person_id and c.agreement_date between r.spell_admission_date and r.release_date
    where c.programme = 'romodrom'
    group by c.partner, c.person_id
)
select c.partner, c.person_id, c.agreement_date, r.release_date, c.case_manager_id
from client as c
left join released as r on r.partner = c.partner and r.person_id = c.person_id
where exists (select 1 from core.family_member as f where f.partner = c.partner and f.person_id = c.person_id);

-- A row is one family in the window of one family measure.
insert into outcomes.unit_row
with due as (
    select 'family_contact' as measure, 90 as window_days, f.*, f.agreement_date as start_date from outcomes.family as f
    union all
    select 'family_visit_7d', 7, f.*, f.release_date from outcomes.family as f where f.release_date is not null
),
served as (
    select
        d.measure, d.partner, d.person_id,
        max(case
            when d.measure = 'family_visit_7d' and a.service_code = 'fieldwork_in_family' then 1
            when
                d.measure = 'family_contact'
                and (a.recipient in ('family', 'client_and_family') or a.service_domain = 'family') then 1
            else 0
        end) as number
    from due as d
    inner join outcomes.activity as a
        on
            a.partner = d.partner and a.person_id = d.person_id and a.date >= d.start_date
            and date_diff('day', d.start_date, a.date) <= d.window_days
    where a.kind = 'service' and a.attendance = 'attended'
    group by d.measure, d.partner, d.person_id
)
select
    d.measure, '', 'romodrom', 'own', d.window_days, 'groups', d.person_id,
    case
        when not p.delivers or d.start_date < p.covered_from then 'not_collected'
        when date_diff('day', q.last_day, p.covered_to) >= d.window_days then 'measured'
        else 'too_early'
    end,
    1, coalesce(s.number, 0), 0, 0, null, d.partner, null, q.quarter, null, null, null, null, d.case_manager_id, p.covered_to, false
from due as d
inner join outcomes.calendar_quarter as q on d.start_date between q.first_day and q.last_day
inner join outcomes.partner_measure as p on p.measure = d.measure and p.partner = d.partner
left join served as s on s.measure = d.measure and s.partner = d.partner and s.person_id = d.person_id;
