-- A row is one programme release, read for what was known of it beforehand: a plan, the lead time, whether it was planned.
insert into outcomes.unit_row
with term as (
    select
        m.member_id,
        max(case when c.release_plan_date <= m.start_date then 1 else 0 end) as plan_ready,
        max(date_diff('day', least(coalesce(c.first_contact_date, c.agreement_date), c.agreement_date), m.start_date)) as lead
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as r on r.release_id = m.member_id
    inner join outcomes.case_period as c
        on
            c.person_id = m.person_id and c.programme = 'through_the_gate'
            and c.agreement_date between r.spell_admission_date and r.release_date
    where m.cohort = 'programme'
    group by m.member_id
),
reading as (
    select 'plan_ready' as measure, '' as component, member_id, plan_ready as number, 0 as possible, null as size from term
    union all
    select 'lead_time', '', member_id, 1, 0, lead from term
    union all
    select 'lead_time', 'under_30', member_id, case when lead < 30 then 1 else 0 end, 0, null from term
    union all
    select
        'unplanned_release_share', '', member_id, case when planned = 'unplanned' then 1 else 0 end,
        case when planned in ('planned', 'unplanned') then 0 else 1 end, null
    from outcomes.cohort_member
    where cohort = 'programme'
)
select
    r.measure, r.component, m.cohort, 'own', null, 'groups', m.person_id,
    case
        when not coalesce(p.delivers, true) then 'not_collected'
        when q.last_day <= m.complete_to then 'measured'
        else 'too_early'
    end,
    1, r.number, r.possible, 0, r.size,
    m.partner, m.prison, m.release_quarter, m.planned, null, null, null, m.case_manager_id, m.complete_to, true
from reading as r
inner join outcomes.cohort_member as m on m.cohort = 'programme' and m.member_id = r.member_id
inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
left join outcomes.partner_measure as p on p.measure = r.measure and p.partner = m.partner;
