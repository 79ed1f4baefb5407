-- A row is one course of treatment outside prison: episodes of one person joined across partners and kinds of treatment
-- when the next starts no later than 7 days after all earlier ones have ended; aftercare is not part of one. An episode
-- without an end goes on, so that everything later belongs to it. end_reason is that of the episode that ended last (ties:
-- the one that started later, then partner and treatment); a course that has not ended has neither end nor reason.
create or replace table core.treatment_course as
with episode as (
    select
        person_id,
        partner,
        treatment_id,
        start_date,
        end_date_exclusive,
        end_reason,
        coalesce(end_date_exclusive, date '9999-12-01') as last_date,
        row_number() over (partition by person_id order by start_date, partner, treatment_id) as place
    from core.treatment
    where setting = 'community' and treatment_type <> 'aftercare' and start_date is not null
),

followed as (
    select
        *,
        max(last_date) over (
            partition by person_id order by place rows between unbounded preceding and 1 preceding
        ) as ended_before
    from episode
),

numbered as (
    select
        *,
        sum(case when ended_before is null or date_diff('day', ended_before, start_date) > 7 then 1 else 0 end) over (
            partition by person_id order by place rows between unbounded preceding and current row
        ) as course_number
    from followed
),

ranked as (
    select
        *,
        row_number() over (partition by person_id, course_number order by last_date desc, place desc) as from_end
    from numbered
)

select
    person_id,
    cast(course_number as integer) as course_number,
    min(start_date) as start_date,
    max(start_date) as last_start_date,
    case when count(*) = count(end_date_exclusive) then max(end_date_exclusive) end as end_date_exclusive,
    case
        when count(*) = count(end_date_exclusive) then max(case when from_end = 1 then coalesce(end_reason, 'unknown') end)
    end as end_reason,
    max(case when from_end = 1 then partner end) as last_partner,
    cast(count(*) as integer) as episodes,
    cast(count(distinct partner) as integer) as partners
from ranked
group by person_id, course_number
order by person_id, course_number;
