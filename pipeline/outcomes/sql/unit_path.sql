-- A row is one programme client, one side of life (housing, work) and one stage of the service: the state in the last
-- record of that stage (ties: partner, then record): stable, unstable or unknown. Intake lies in the
-- term up to the release, the other stages after it.
create or replace table outcomes.living_state as
with member as (
    select m.member_id, m.person_id, m.start_date, r.spell_admission_date
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as r on r.release_id = m.member_id
    where m.cohort = 'programme'
),
found as (
    select
        m.member_id, s.stage, s.housing, s.work,
        row_number() over (
            partition by m.member_id, s.stage order by s.status_date desc, s.partner, s.status_id desc
        ) as age
    from member as m
    cross join outcomes.study as y
    inner join core.living_status as s
        on s.person_id = m.person_id and s.status_date <= y.as_of and s.status_date <= y.covered_to
    inner join outcomes.path_stage as k
        on
            k.stage = s.stage
            and s.status_date >= case s.stage when 'intake' then m.spell_admission_date else m.start_date end
            and date_diff('day', m.start_date, s.status_date) <= k.last_day
)
select f.member_id, f.stage, d.side, d.state
from found as f
inner join outcomes.living_code as d
    on d.code = coalesce(case d.side when 'housing' then f.housing else f.work end, 'unknown')
where f.age = 1;

-- A row is one programme client with a record at the first stage of a step in all groups and again by the state it shows:
-- is the state stable at the later stage? No record or no answer then is a doubt.
insert into outcomes.unit_row
with matched as (
    select
        t.measure, t.component, b.member_id,
        b.state as before, coalesce(a.state, 'unknown') as after, t.last_day as longest_days,
        a.state is null as missing
    from outcomes.living_state as b
    inner join outcomes.path_step as t on t.stage_before = b.stage and t.measure = b.side || '_path'
    left join outcomes.living_state as a
        on a.member_id = b.member_id and a.side = b.side and a.stage = t.stage_after
),
scoped as (
    select *, 'groups' as scope from matched
    union all
    select *, 'detail' from matched
)
select
    s.measure, s.component, 'programme', 'own', null, s.scope, m.person_id,
    case
        when not coalesce(p.delivers, true) then 'not_collected'
        when date_diff('day', q.last_day, least(m.complete_to, coalesce(p.covered_to, m.complete_to))) >= s.longest_days
            then 'measured'
        else 'too_early'
    end,
    1, case when s.after = 'stable' then 1 else 0 end, case when s.after = 'unknown' then 1 else 0 end,
    case when s.missing then 1 else 0 end, null, m.partner, null, m.release_quarter, m.planned, null,
    case s.scope when 'detail' then 'state_before' end, case s.scope when 'detail' then s.before end, m.case_manager_id,
    m.complete_to, true
from scoped as s
inner join outcomes.cohort_member as m on m.cohort = 'programme' and m.member_id = s.member_id
inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
left join outcomes.partner_measure as p on p.measure = s.measure and p.partner = m.partner;
