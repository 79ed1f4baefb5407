-- A row is one scale's score in one assessment of one person that has enough answers to be scored.
create or replace table outcomes.instrument_score as
with answer as (
    select a.partner, a.assessment_id, a.person_id, a.instrument, a.stage, a.assessment_date, a.item, a.value, a.weight
    from core.assessment as a
    cross join outcomes.study as y
    left join core.person as n on n.person_id = a.person_id
    where a.assessment_date <= y.as_of and n.consent_withdrawn_date is null
),
valid as (
    select distinct a.partner, a.assessment_id, a.instrument, a.item
    from answer as a
    inner join outcomes.instrument_item as i on i.instrument = a.instrument and i.item = a.item
    where a.value between i.low and i.high
),
whole as (
    select partner, assessment_id, instrument, count(*) as answered from valid group by partner, assessment_id, instrument
),
share as (
    select
        a.partner, a.assessment_id, a.person_id, a.instrument, a.stage, a.assessment_date, i.scale, i.weight, i.reversed,
        case
            when i.whole_log is null then (a.value - i.low) / (i.high - i.low)
            else ln(greatest(a.value, 1)) / i.whole_log
        end as share
    from answer as a
    inner join outcomes.instrument_item as i
        on i.instrument = a.instrument and i.item = a.item and a.value between i.low and i.high
),
by_item as (
    select
        a.partner, a.assessment_id, a.person_id, a.instrument, a.stage, a.assessment_date, s.scale,
        s.multiplier * sum(a.weight * case when a.reversed then 1 - a.share else a.share end) / sum(a.weight) as score
    from share as a
    inner join outcomes.instrument_scale as s on s.scale = a.scale
    inner join whole as w
        on
            w.partner = a.partner and w.assessment_id = a.assessment_id and w.instrument = a.instrument
            and w.answered >= s.case_answered
    group by
        a.partner, a.assessment_id, a.person_id, a.instrument, a.stage, a.assessment_date, s.scale, s.multiplier,
        s.answered
    having count(*) >= s.answered
),
goal as (
    select
        partner, assessment_id, person_id, instrument, stage, assessment_date, value as x,
        coalesce(weight, 1) as w
    from answer
    where instrument = 'gas' and value between -2 and 2 and coalesce(weight, 1) > 0
)
select partner, assessment_id, person_id, instrument, stage, assessment_date, scale, score from by_item
union all
select
    partner, assessment_id, person_id, instrument, stage, assessment_date, 'gas',
    50 + 10 * sum(w * x) / sqrt(0.7 * sum(w * w) + 0.3 * sum(w) * sum(w))
from goal
group by partner, assessment_id, person_id, instrument, stage, assessment_date;

-- A row is one programme client and one scale scored at intake (the last time before release), with the score three
-- months after release (the last time in that stage) where there is one.
create or replace table outcomes.instrument_pair as
with member as (
    select m.member_id, m.person_id, m.start_date, r.spell_admission_date
    from outcomes.cohort_member as m
    inner join outcomes.release_seen as r on r.release_id = m.member_id
    where m.cohort = 'programme'
),
placed as (
    select
        m.member_id, k.scale, k.stage, k.score,
        row_number() over (
            partition by m.member_id, k.scale, k.stage order by k.assessment_date desc, k.partner, k.assessment_id desc
        ) as age
    from member as m
    inner join outcomes.instrument_score as k on k.person_id = m.person_id
    inner join outcomes.path_stage as g on g.stage = k.stage
    where
        (k.stage = 'intake' and k.assessment_date between m.spell_admission_date and m.start_date)
        or (
            k.stage = 'month_3' and k.assessment_date > m.start_date
            and date_diff('day', m.start_date, k.assessment_date) <= g.last_day
        )
)
select b.member_id, b.scale, b.score as before, a.score as after
from placed as b
left join placed as a on a.member_id = b.member_id and a.scale = b.scale and a.stage = 'month_3' and a.age = 1
where b.stage = 'intake' and b.age = 1;

-- A row is one programme client with a score at intake, in one measure: whether the instrument was scored again, the paired
-- change, and whether it is so large that error of measurement does not explain it (more than 1.96 standard errors of a
-- difference of two scores, from the spread at intake and the published reliability). No second score is a doubt there.
insert into outcomes.unit_row
with spread as (
    select scale, stddev_samp(before) as sd from outcomes.instrument_pair group by scale
),
judged as (
    select
        p.member_id, p.scale, p.after - p.before as change, s.direction * (p.after - p.before) as gain,
        1.96 * d.sd * sqrt(2 * (1 - s.reliability)) as reliable
    from outcomes.instrument_pair as p
    inner join outcomes.instrument_scale as s on s.scale = p.scale
    inner join spread as d on d.scale = p.scale
),
reading as (
    select 'instrument_change' as measure, scale, member_id, 1 as number, 0 as possible, 0 as unobserved, change as size
    from judged
    where change is not null
    union all
    select
        'instrument_repeated', s.instrument, p.member_id, max(case when p.after is null then 0 else 1 end), 0, 0, null
    from outcomes.instrument_pair as p
    inner join outcomes.instrument_scale as s on s.scale = p.scale
    group by s.instrument, p.member_id
    union all
    select
        'instrument_better', scale, member_id, case when gain > reliable then 1 else 0 end,
        case when gain is null then 1 else 0 end, case when gain is null then 1 else 0 end, null
    from judged
    where reliable is not null
    union all
    select
        'instrument_worse', scale, member_id, case when -gain > reliable then 1 else 0 end,
        case when gain is null then 1 else 0 end, case when gain is null then 1 else 0 end, null
    from judged
    where reliable is not null
)
select
    r.measure, r.scale, m.cohort, 'own', null, 'groups', m.person_id,
    case
        when not coalesce(p.delivers, true) then 'not_collected'
        when
            date_diff('day', q.last_day, least(m.complete_to, coalesce(p.covered_to, m.complete_to))) >= g.last_day
            then 'measured'
        else 'too_early'
    end,
    1, r.number, r.possible, r.unobserved, r.size,
    m.partner, null, m.release_quarter, m.planned, null, null, null, m.case_manager_id, m.complete_to, true
from reading as r
inner join outcomes.cohort_member as m on m.cohort = 'programme' and m.member_id = r.member_id
inner join outcomes.calendar_quarter as q on q.quarter = m.release_quarter
inner join outcomes.path_stage as g on g.stage = 'month_3'
left join outcomes.partner_measure as p on p.measure = r.measure and p.partner = m.partner;
