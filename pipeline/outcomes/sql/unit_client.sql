-- A row is one application for the service, in all groups and again for each outcome and, where refused, each reason.
insert into outcomes.unit_row
with programme_partner as (
    select partner, max(programme) as programme from outcomes.case_period group by partner
),
application as (
    select
        a.partner, case p.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort,
        coalesce(a.person_id, 'application/' || a.partner || '/' || a.application_id) as person_id, a.eligible,
        a.outcome, case when a.outcome = 'refused' then coalesce(a.reason, 'unknown') end as reason, q.quarter,
        s.state, s.covered_to
    from core.application as a
    cross join outcomes.study as y
    inner join outcomes.calendar_quarter as q on a.application_date between q.first_day and q.last_day
    inner join programme_partner as p on p.partner = a.partner
    inner join outcomes.partner_quarter as s
        on s.measure = 'applications' and s.partner = a.partner and s.quarter = q.quarter
    left join core.person as n on n.person_id = a.person_id
    where
        a.application_date <= y.last_day and a.application_date <= y.as_of and n.consent_withdrawn_date is null
),
counted as (
    select
        a.*, '' as component, cast(null as varchar) as detail_by, cast(null as varchar) as detail,
        a.outcome is not null as number, false as doubt
    from application as a
    union all
    select a.*, 'eligible', null, null, coalesce(a.eligible, false), a.eligible is null from application as a
    union all
    select a.*, 'refused', null, null, a.reason is not null, a.outcome is null from application as a
    union all
    select a.*, '', 'outcome', d.outcome, coalesce(a.outcome = d.outcome, false), a.outcome is null
    from application as a
    cross join (select distinct outcome from application where outcome is not null) as d
    union all
    select a.*, 'refused', 'reason', d.reason, coalesce(a.reason = d.reason, false), a.outcome is null
    from application as a
    cross join (select distinct reason from application where reason is not null) as d
)
select
    'applications', c.component, c.cohort, 'own', null, case when c.detail_by is null then 'groups' else 'detail' end,
    c.person_id, c.state, 1, case when c.number then 1 else 0 end, case when c.doubt then 1 else 0 end, 0, null, c.partner,
    null, c.quarter, null, null, c.detail_by, c.detail, null, c.covered_to, false
from counted as c;

-- A row is one client of one case manager in one month with an agreement (adds to the numerator; a client of two counts
-- for both), or one case manager in one month (adds to the denominator).
insert into outcomes.unit_row
with month as (
    select distinct
        c.partner, case c.programme when 'romodrom' then 'romodrom' else 'programme' end as cohort, c.person_id,
        m.first_day, m.quarter, c.case_manager_id
    from outcomes.case_period as c
    cross join outcomes.study as y
    inner join outcomes.calendar_month as m
        on m.first_day <= c.closed_date and m.next_first_day > c.agreement_date
    where m.first_day <= y.last_day and c.agreement_date <= y.as_of and c.case_manager_id is not null
),
counted as (
    select partner, cohort, person_id, quarter, case_manager_id, 0 as amount, 1 as number from month
    union all
    select distinct
        partner, cohort, 'worker/' || partner || '/' || case_manager_id || '/' || cast(first_day as varchar), quarter,
        case_manager_id, 1, 0
    from month
)
select
    'caseload', '', c.cohort, 'own', null, 'groups', c.person_id, s.state, c.amount, c.number, 0, 0, null, c.partner, null,
    c.quarter, null, null, null, null, c.case_manager_id, s.covered_to, false
from counted as c
inner join outcomes.partner_quarter as s on s.measure = 'caseload' and s.partner = c.partner and s.quarter = c.quarter;

-- A row is one agreement made: was the way to complain explained no later than on that day? No day recorded is a doubt.
insert into outcomes.unit_row
select
    'complaints_explained', '', case c.programme when 'romodrom' then 'romodrom' else 'programme' end, 'own', null,
    'groups', c.person_id, s.state, 1,
    case when k.complaints_explained_date <= c.agreement_date then 1 else 0 end,
    case when k.complaints_explained_date is null then 1 else 0 end, 0, null, c.partner, c.prison, c.quarter, null, null,
    null, null, c.case_manager_id, s.covered_to, false
from outcomes.case_period as c
cross join outcomes.study as y
inner join core."case" as k on k.partner = c.partner and k.case_id = c.case_id
inner join outcomes.partner_quarter as s
    on s.measure = 'complaints_explained' and s.partner = c.partner and s.quarter = c.quarter
where c.agreement_date <= y.last_day and c.agreement_date <= y.as_of;
