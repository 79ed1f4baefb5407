-- A row is one release: how long its person could be seen. observed_to is the earliest of custody's covered_to, death and
-- deportation (a later stay's release reason, else a case ended deported); ended_by says which.
create or replace table outcomes.observation_per_release as
with death as (
    select person_id, death_date as day, -1 as spell_number from core.death
    union all
    select person_id, release_date, spell_number from core.stay where release_reason = 'death'
),
departure as (
    select person_id, release_date as day, spell_number, 1 as stays from core.stay where release_reason = 'deportation'
    union all
    select person_id, end_date, -1, 0 from core."case" where end_reason = 'deported'
),
died as (
    select r.release_id, min(d.day) as day
    from outcomes.release_seen as r
    inner join death as d
        on
            d.person_id = r.person_id and d.day >= r.release_date and d.day <= r.covered_to
            and (d.spell_number = -1 or d.spell_number > r.spell_number)
    group by r.release_id
),
departed as (
    select
        r.release_id,
        coalesce(min(case when d.stays = 1 then d.day end), min(d.day)) as day
    from outcomes.release_seen as r
    inner join departure as d
        on
            d.person_id = r.person_id and d.day >= r.release_date and d.day <= r.covered_to
            and (d.spell_number = -1 or d.spell_number > r.spell_number)
    group by r.release_id
)
select
    r.release_id,
    r.person_id,
    r.spell_number,
    r.release_date,
    r.covered_to,
    least(r.covered_to, coalesce(d.day, r.covered_to), coalesce(x.day, r.covered_to)) as observed_to,
    case
        when d.day is null and x.day is null then 'end_of_observation'
        when x.day is null or d.day <= x.day then 'death'
        else 'deportation'
    end as ended_by,
    c.person_id is not null as conflict
from outcomes.release_seen as r
left join died as d on d.release_id = r.release_id
left join departed as x on x.release_id = r.release_id
left join (select distinct person_id from core.custody_conflict) as c on c.person_id = r.person_id;
