-- A row is one person's one unit (release, spell, agreement, relative) on the way into one cohort: the step at which it
-- is lost and why; 99 is never. spell_number or `unit` tells a person's units apart. Who has no person_key (a relative, or
-- somebody never heard of but in a case or an application) is told apart by `stranger`. On the way are those who asked for,
-- or were referred to, a programme (applicant: how far the way to an agreement went) and the custody spells of all
-- (spell_path: lost at step 1 spell, 2 released, 3 released from sentence).
create or replace view outcomes.way as
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
),
applicant as (
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
    left join core.person as p on p.person_id = s.person_id
),
spell_path as (
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
    where s.admission_date <= y.covered_to
),
member as (
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

-- A row is one person (counts: persons) or one unit (counts: releases) on the way into a cohort, as outcomes.attrition
-- counts them: the step at which it is lost, 99 for never, and why. A person is lost where the unit that came furthest is
-- (of several: the last). Disclosure remembers them from release to release.
create or replace view outcomes.on_way as
with named as (
    select w.*, coalesce(p.person_id, w.stranger) as person_id
    from outcomes.way as w
    left join core.person as p on p.person_key = w.person_key
),
ordered as (
    select
        cohort, person_id, lost_step, reason,
        row_number() over (
            partition by cohort, person_id order by lost_step desc, coalesce(spell_number, 0) desc, reason desc
        ) as place
    from named
)
select cohort, 'persons' as counts, person_id, lost_step, reason from ordered where place = 1
union all
select cohort, 'releases', person_id, lost_step, reason from named where spell_number is not null or unit is not null;
