-- A row is one direct contact that keeps an agreement open: of the case, or, where the partner names no case, with
-- the client since the agreement.
create or replace view outcomes.case_contact as
select s.partner, s.case_id, s.service_date
from core.service as s
where
    s.case_id is not null and s.direct and s.attendance = 'attended' and s.recipient in ('client', 'client_and_family')
union all
select c.partner, c.case_id, s.service_date
from core.service as s
inner join core."case" as c
    on
        c.partner = s.partner and c.person_id = s.person_id and c.agreement_date <= s.service_date
where
    s.case_id is null and s.direct and s.attendance = 'attended' and s.recipient in ('client', 'client_and_family');

-- A row is one agreement with a client who has not withdrawn consent: open from agreement_date to closed_date (the last
-- open day: the end, 30 days after the planned end, or 180 days after the last direct contact, whichever comes first).
-- Of a partner that delivers no services the last contact is not known, so it ends no case.
create or replace table outcomes.case_period as
with contact as (
    select k.partner, k.case_id, max(k.service_date) as last_contact
    from outcomes.case_contact as k
    cross join outcomes.study as y
    where k.service_date <= y.as_of
    group by k.partner, k.case_id
),
delivers as (
    select distinct source as partner from core.coverage where table_name = 'service'
)
select
    c.partner,
    c.case_id,
    c.person_id,
    p.person_key,
    c.programme,
    c.agreement_date,
    least(
        coalesce(c.end_date, date '9999-12-31'),
        coalesce(c.agreement_end_planned + interval 30 day, date '9999-12-31'),
        case
            when d.partner is null then date '9999-12-31'
            else coalesce(k.last_contact, c.agreement_date) + interval 180 day
        end
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
left join delivers as d on d.partner = c.partner
left join core.person as p on p.person_id = c.person_id
inner join outcomes.calendar_quarter as q
    on
        q.quarter = concat(
            cast(year(c.agreement_date) as varchar), 'Q', cast(quarter(c.agreement_date) as varchar)
        )
where p.consent_withdrawn_date is null;
