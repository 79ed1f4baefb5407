-- A row is one dated piece of process, seen by the as-of date, of people who have not withdrawn consent. A service's
-- prison is that of the stay on its day, else its case's; a service without a case belongs to its partner's programme.
insert into outcomes.activity
with partner_programme as (
    select c.partner, min(c.programme) as programme
    from outcomes.case_period as c
    group by c.partner
    having min(c.programme) = max(c.programme)
),
relative as (
    select partner, family_member_id, min(person_id) as person_id from core.family_member group by partner, family_member_id
),
dated as (
    select
        'service' as kind,
        coalesce(s.person_id, c.person_id, f.person_id) as person_id,
        s.family_member_id,
        s.partner,
        coalesce(s.prison, c.prison, 'unknown') as prison,
        s.service_date as date,
        coalesce(c.programme, p.programme) as programme,
        s.service_code,
        d.domain as service_domain,
        s.setting,
        s.recipient,
        coalesce(s.direct, false) as direct,
        s.attendance,
        s.cancel_reason as reason,
        s.minutes,
        s.case_id,
        c.case_manager_id
    from core.service as s
    left join core."case" as c on c.partner = s.partner and c.case_id = s.case_id
    left join partner_programme as p on p.partner = s.partner
    left join relative as f on f.partner = s.partner and f.family_member_id = s.family_member_id
    left join outcomes.service_domain as d on d.service_code = s.service_code
    union all
    select
        k.kind, c.person_id, null, c.partner, c.prison, k.date, c.programme, null, null, null, null, null, null,
        case when k.kind = 'agreement_ended' then coalesce(c.end_reason, 'unknown') end, null, c.case_id, c.case_manager_id
    from outcomes.case_period as c
    inner join (
        select 'agreement_made' as kind, partner, case_id, agreement_date as date from outcomes.case_period
        union all
        select 'agreement_ended', partner, case_id, end_date from outcomes.case_period where end_date is not null
        union all
        select 'plan_made', partner, case_id, release_plan_date from outcomes.case_period where release_plan_date is not null
    ) as k on k.partner = c.partner and k.case_id = c.case_id
    union all
    select
        k.kind, c.person_id, null, n.partner, coalesce(c.prison, 'unknown'), k.date, c.programme, null, n.domain, null,
        null, null, null, n.outcome, null, n.case_id, c.case_manager_id
    from core.need as n
    inner join (
        select 'need_raised' as kind, partner, need_id, raised_date as date from core.need where raised_date is not null
        union all
        select 'need_closed', partner, need_id, closed_date from core.need where closed_date is not null
    ) as k on k.partner = n.partner and k.need_id = n.need_id
    left join core."case" as c on c.partner = n.partner and c.case_id = n.case_id
    union all
    select
        k.kind, null, null, m.partner, null, k.date, p.programme, null, m.subject, m.channel, null, null, null, m.outcome,
        null, null, null
    from core.complaint as m
    inner join (
        select 'complaint_received' as kind, partner, complaint_id, received_date as date from core.complaint
        union all
        select 'complaint_resolved', partner, complaint_id, resolved_date from core.complaint
        where resolved_date is not null
    ) as k on k.partner = m.partner and k.complaint_id = m.complaint_id
    left join partner_programme as p on p.partner = m.partner
    union all
    select
        'application', a.person_id, null, a.partner, null, a.application_date, p.programme, null, null, null, null, null,
        null, a.outcome, null, null, null
    from core.application as a
    left join partner_programme as p on p.partner = a.partner
    where a.application_date is not null
)
select
    x.kind, x.person_id, x.family_member_id, x.partner, x.prison, q.quarter, x.date, x.programme, x.service_code,
    x.service_domain, x.setting, x.recipient, x.direct, x.attendance, x.reason, x.minutes, x.case_id, x.case_manager_id
from dated as x
cross join outcomes.study as y
inner join outcomes.calendar_quarter as q
    on q.quarter = concat(cast(year(x.date) as varchar), 'Q', cast(quarter(x.date) as varchar))
left join core.person as p on p.person_id = x.person_id
where x.date <= y.as_of and p.consent_withdrawn_date is null;
