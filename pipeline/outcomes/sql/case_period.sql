-- A row is one agreement with a client who has not withdrawn consent: open from agreement_date to closed_date (the last
-- open day: the end, 30 days after the planned end, or 180 days after the last direct contact, whichever comes first).
create or replace table outcomes.case_period as
with contact as (
    select s.partner, s.case_id, max(s.service_date) as last_contact
    from core.service as s
    cross join outcomes.study as y
    where
        s.direct and s.attendance = 'attended' and s.recipient in ('client', 'client_and_family')
        and s.service_date <= y.as_of
    group by s.partner, s.case_id
)
select
    c.partner,
    c.case_id,
    c.person_id,
    c.programme,
    c.agreement_date,
    least(
        coalesce(c.end_date, date '9999-12-31'),
        coalesce(c.agreement_end_planned + interval 30 day, date '9999-12-31'),
        coalesce(k.last_contact, c.agreement_date) + interval 180 day
    )::date as closed_date,
    c.first_contact_date,
    c.release_plan_date,
    c.end_date,
    c.end_reason,
    coalesce(c.prison, 'unknown') as prison,
    c.case_manager_id,
    q.quarter
from core."case" as c
left join contact as k on k.partner = c.partner and k.case_id = c.case_id
left join core.person as p on p.person_id = c.person_id
inner join outcomes.calendar_quarter as q on c.agreement_date between q.first_day and q.last_day
where p.consent_withdrawn_date is null;
