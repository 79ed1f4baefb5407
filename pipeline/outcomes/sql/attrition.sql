-- A row is somebody who asked for, or was referred to, one programme: how far the way to an agreement went.
create or replace temp table applicant as
with programme_partner as (
    select distinct programme, partner from core."case"
),
known as (
    select
        p.programme, coalesce(a.person_id, 'application/' || a.partner || '/' || a.application_id) as person_id,
        a.person_id is null as nameless, a.eligible, a.outcome, 0 as agreed
    from core.application as a
    inner join programme_partner as p on p.partner = a.partner
    cross join outcomes.study as y
    where a.application_date is null or (a.application_date <= y.last_day and a.application_date <= y.as_of)
    union all
    select
        c.programme, c.person_id, false, null, null,
        case when c.agreement_date <= y.last_day and c.agreement_date <= y.as_of then 1 else 0 end
    from core."case" as c
    cross join outcomes.study as y
    where coalesce(c.referral_date, c.agreement_date, y.last_day) <= y.last_day
),
summed as (
    select
        programme, person_id, max(agreed) as agreed,
        max(case when eligible then 2 when not eligible then 1 else 0 end) as eligible,
        max(case when nameless then 1 else 0 end) as nameless,
        max(case outcome when 'waiting' then 3 when 'withdrawn' then 2 when 'refused' then 1 else 0 end) as outcome
    from known
    group by programme, person_id
)
select
    s.programme,
    s.person_id,
    case
        when s.agreed = 0 and s.eligible < 2 then 2
        when s.agreed = 0 or p.consent_withdrawn_date is not null then 3
        else 99
    end as lost_step,
    case
        when s.agreed = 1 and p.consent_withdrawn_date is not null then 'consent_withdrawn'
        when s.agreed = 1 then ''
        when s.eligible = 1 then 'not_eligible'
        when s.eligible = 0 and s.nameless = 1 then 'person_unknown'
        when s.eligible = 0 then 'eligibility_unknown'
        when s.outcome = 3 then 'waiting'
        when s.outcome = 2 then 'withdrawn'
        when s.outcome = 1 then 'refused'
        else 'no_agreement'
    end as reason,
    coalesce(p.in_custody_data, false) as in_custody_data,
    p.person_key
from summed as s
left join core.person as p on p.person_id = s.person_id;

-- A row is one custody spell of somebody in custody data, with the step of the way to a release from sentence at which it
-- is lost (1 spell, 2 released, 3 released from sentence, 99 not lost) and why.
create or replace temp table spell_path as
select
    s.person_key,
    s.spell_number,
    s.admission_date,
    case when s.release_date <= y.covered_to then s.release_date end as release_date,
    case
        when s.release_kind = 'open' or s.release_date > y.covered_to then 2
        when s.release_date > y.last_day or p.consent_withdrawn_date is not null then 2
        when s.release_kind = 'none' then 2
        when s.release_kind = 'remand' then 3
        else 99
    end as lost_step,
    case
        when s.release_kind = 'open' or s.release_date > y.covered_to then 'still_in_custody'
        when s.release_date > y.last_day then 'released_later'
        when p.consent_withdrawn_date is not null then 'consent_withdrawn'
        when s.release_kind = 'none' then coalesce(s.release_reason, 'unknown')
        when s.release_kind = 'remand' then 'released_from_remand'
        else ''
    end as reason,
    date_diff('day', q.last_day, y.covered_to) as days_seen
from core.spell as s
cross join outcomes.study as y
left join core.person as p on p.person_key = s.person_key
left join outcomes.calendar_quarter as q
    on q.quarter = concat(cast(year(s.release_date) as varchar), 'Q', cast(quarter(s.release_date) as varchar))
where s.admission_date <= y.covered_to;

-- A row is one person's one unit (release, spell, agreement, relative) on the way into one cohort: the step at which it
-- is lost and why; 99 is never. spell_number or `unit` tells a person's units apart. Who has no person_key (a relative, or
-- somebody never heard of but in a case or an application) is told apart by `stranger`.
create or replace temp table path as
with member as (
    select
        k.cohort, m.person_key, m.release_key, m.spell_number, date_diff('day', q.last_day, m.covered_to) as days_seen,
        99 as way
    from outcomes.member as k
    inner join outcomes.release_observed as m on m.release_key = k.release_key
    inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
),
agreed_spell as (
    select a.person_key, s.spell_number, s.lost_step, s.reason,
        row_number() over (partition by a.person_key order by s.spell_number desc) as rank
    from (select distinct person_key, agreement_date from outcomes.case_period where programme = 'through_the_gate') as a
    inner join spell_path as s
        on
            s.person_key = a.person_key and a.agreement_date >= s.admission_date
            and a.agreement_date <= coalesce(s.release_date, date '9999-12-31')
)
select
    'programme' as cohort, a.person_key, case when a.person_key is null then a.person_id else '' end as stranger,
    r.spell_number, cast(null as varchar) as unit,
    case
        when a.lost_step < 99 then a.lost_step
        when not a.in_custody_data then 4
        when r.release_key is null then 5
        when f.release_key is null then 6
        when r.days_seen < 21 then 7
        when r.days_seen < 365 then 8
        else 99
    end as lost_step,
    case
        when a.lost_step < 99 then a.reason
        when not a.in_custody_data then 'not_in_custody_data'
        when r.release_key is null and s.person_key is null then 'agreed_outside_custody'
        when r.release_key is null then s.reason
        when f.release_key is null then 'later_release'
        when r.days_seen < 365 then 'too_early'
        else ''
    end as reason
from applicant as a
left join member as r on r.cohort = 'programme_per_release' and r.person_key = a.person_key and r.way = a.lost_step
left join member as f on f.cohort = 'programme' and f.release_key = r.release_key
left join agreed_spell as s on s.person_key = a.person_key and s.rank = 1
where a.programme = 'through_the_gate'
union all
select
    'programme_open', m.person_key, '', m.spell_number, null,
    case when o.release_key is null then 2 when m.days_seen < 21 then 3 when m.days_seen < 365 then 4 else 99 end,
    case when o.release_key is null then 'case_closed' when m.days_seen < 365 then 'too_early' else '' end
from member as m
left join member as o on o.cohort = 'programme_open' and o.release_key = m.release_key
where m.cohort = 'programme'
union all
select
    'programme_per_release', person_key, '', spell_number, null,
    case when days_seen < 21 then 2 when days_seen < 365 then 3 else 99 end,
    case when days_seen < 365 then 'too_early' else '' end
from member
where cohort = 'programme_per_release'
union all
select
    'all_releases', s.person_key, '', s.spell_number, null,
    case when s.lost_step < 99 then s.lost_step when s.days_seen < 365 then 4 else 99 end,
    case when s.lost_step < 99 then s.reason when s.days_seen < 365 then 'too_early' else '' end
from spell_path as s
union all
select
    'comparison', r.person_key, '', r.spell_number, null,
    case
        when r.drug_user <> 'yes' then 2
        when a.release_key is not null then 3
        when c.release_key is null then 4
        when c.days_seen < 365 then 5
        else 99
    end,
    case
        when r.drug_user <> 'yes' then 'drug_use_' || r.drug_user
        when a.release_key is not null then 'in_programme'
        when c.release_key is null and r.release_date < y.first_day then 'before_study'
        when c.release_key is null then 'later_release'
        when c.days_seen < 365 then 'too_early'
        else ''
    end
from outcomes.release_observed as r
cross join outcomes.study as y
left join outcomes.release_agreement as a on a.release_key = r.release_key
left join (select release_key, days_seen from member where cohort = 'comparison') as c on c.release_key = r.release_key
union all
select
    'romodrom', a.person_key, case when a.person_key is null then a.person_id else '' end, null, m.member_id,
    a.lost_step, a.reason
from applicant as a
left join outcomes.cohort_member as m
    on m.cohort = 'romodrom' and m.person_id = a.person_id and a.lost_step = 99
where a.programme = 'romodrom'
union all
select
    'family', null, f.partner || '/' || f.family_member_id, null, f.partner || '/' || f.family_member_id,
    case when p.consent_withdrawn_date is not null or s.family_member_id is null then 2 else 99 end,
    case
        when p.consent_withdrawn_date is not null then 'consent_withdrawn'
        when s.family_member_id is null then 'not_served'
        else ''
    end
from core.family_member as f
left join outcomes.family_served as s on s.partner = f.partner and s.family_member_id = f.family_member_id
left join core.person as p on p.person_id = f.person_id;

-- A row is one unit on the way into a cohort that the project declares: the way into its base cohort up to the windows, then
-- the conditions of its own, then the windows.
insert into path
with turn as (
    select cohort, min(step_number) as step_number
    from outcomes.attrition_step
    where step = 'conditions_met'
    group by cohort
)
select
    d.cohort, p.person_key, p.stranger, p.spell_number, p.unit,
    case
        when p.lost_step < t.step_number then p.lost_step
        when u.column_name is not null then t.step_number
        when p.lost_step < 99 then p.lost_step + 1
        else 99
    end,
    case when p.lost_step >= t.step_number and u.column_name is not null then 'other_' || u.column_name else p.reason end
from path as p
inner join outcomes.declared_cohort as d on d.base = p.cohort
inner join turn as t on t.cohort = d.cohort
left join (
    select u.cohort, r.person_key, r.spell_number, u.column_name
    from outcomes.declared_unmet as u
    inner join outcomes.release_observed as r on r.release_key = u.release_key
) as u on u.cohort = d.cohort and u.person_key = p.person_key and u.spell_number = p.spell_number;

-- A row is one step of one cohort (reason ''), or one reason for which persons or releases were lost before it. A person is
-- lost where the unit that came furthest is (of several: the last).
insert into outcomes.attrition
with numbered as (
    select cohort, row_number() over (order by cohort) as number
    from (select distinct cohort from outcomes.attrition_step) as known
),
told as (
    select reason, row_number() over (order by reason) as number
    from (select distinct reason from path) as known
),
furthest as (
    select n.cohort, max((p.lost_step * cast(100000 as bigint) + coalesce(p.spell_number, 0)) * 1000 + t.number) as place
    from path as p
    inner join numbered as n on n.cohort = p.cohort
    inner join told as t on t.reason = p.reason
    where p.person_key is not null
    group by p.person_key, n.number, n.cohort
    union all
    select p.cohort, max(p.lost_step * cast(100000000 as bigint) + t.number)
    from path as p
    inner join told as t on t.reason = p.reason
    where p.person_key is null
    group by p.cohort, p.stranger
),
person_left as (
    select f.cohort, f.lost_step, t.reason, sum(f.persons) as persons
    from (
        select
            cohort, cast(floor(place / 100000000) as integer) as lost_step, mod(place, 1000) as number,
            count(*) as persons
        from furthest
        group by 1, 2, 3
    ) as f
    inner join told as t on t.number = f.number
    group by f.cohort, f.lost_step, t.reason
),
unit_left as (
    select
        cohort, lost_step, reason, count(case when spell_number is not null or unit is not null then 1 end) as units
    from path
    group by cohort, lost_step, reason
),
reached as (
    select
        s.cohort, s.step_number, s.step, s.counts_units,
        cast(coalesce(sum(p.persons), 0) as bigint) as persons
    from outcomes.attrition_step as s
    left join person_left as p on p.cohort = s.cohort and p.lost_step > s.step_number
    group by s.cohort, s.step_number, s.step, s.counts_units
),
kept as (
    select s.cohort, s.step_number, cast(coalesce(sum(u.units), 0) as bigint) as units
    from outcomes.attrition_step as s
    left join unit_left as u on u.cohort = s.cohort and u.lost_step > s.step_number
    group by s.cohort, s.step_number
),
lost as (
    select u.cohort, u.lost_step as step_number, u.reason, u.units, coalesce(l.persons, 0) as persons
    from unit_left as u
    left join person_left as l on l.cohort = u.cohort and l.lost_step = u.lost_step and l.reason = u.reason
    where u.lost_step < 99
)
select
    r.cohort, r.step_number, r.step, r.persons, case when r.counts_units then k.units end, '',
    coalesce(lag(r.persons) over (partition by r.cohort order by r.step_number) - r.persons, 0)
from reached as r
inner join kept as k on k.cohort = r.cohort and k.step_number = r.step_number
union all
select s.cohort, s.step_number, s.step, l.persons, case when s.counts_units then l.units end, l.reason, l.persons
from lost as l
inner join outcomes.attrition_step as s on s.cohort = l.cohort and s.step_number = l.step_number;

-- The ways are counted; those of a whole country are too long to be kept beside what follows.
drop table path;

-- So are the spells that they were made of.
drop table spell_path;

-- And those who applied.
drop table applicant;
