-- A row is one release from sentence that the run may speak of (to the quarter's last day, as far as custody was seen), and
-- how long its person could be seen: observed_to is the earliest of custody's covered_to, death and deportation (a later
-- stay's release reason, else a case ended deported); ended_by says which. person_key numbers the people, release_key is
-- made of it and the spell: joins by whole numbers cost a fraction of joins by text.
create or replace table outcomes.release_seen as
with departure as (
    select person_id, death_date as day, 2147483647 as spell_number, 'death' as how from core.death
    union all
    select person_id, release_date, spell_number, release_reason from core.stay
    where release_reason in ('death', 'deportation')
    union all
    select person_id, end_date, 2147483647, 'deported' from core."case" where end_reason = 'deported'
),
gone as (
    select
        r.person_id,
        r.spell_number,
        min(case when d.how = 'death' then d.day end) as died,
        coalesce(
            min(case when d.how = 'deportation' then d.day end), min(case when d.how = 'deported' then d.day end)
        ) as departed
    from core.spell as r
    cross join outcomes.study as y
    inner join departure as d
        on
            d.person_id = r.person_id and d.spell_number > r.spell_number and d.day >= r.release_date
            and d.day <= y.covered_to
    group by r.person_id, r.spell_number
),
person as (
    select
        p.person_id, p.region, p.sex, p.birth_year, c.person_id is not null as conflict,
        row_number() over (order by p.person_id) as person_key
    from core.person as p
    left join (select distinct person_id from core.custody_conflict) as c on c.person_id = p.person_id
    where p.consent_withdrawn_date is null
)
select
    p.person_key * cast(100000 as bigint) + r.spell_number as release_key,
    p.person_key,
    r.release_id,
    r.person_id,
    r.spell_number,
    r.spell_admission_date,
    r.release_date,
    r.release_quarter,
    r.release_kind,
    r.conditional,
    coalesce(r.prison, 'unknown') as prison,
    r.prison_region,
    r.prior_terms,
    r.planned,
    coalesce(r.drug_user, 'unknown') as drug_user,
    coalesce(p.region, 'unknown') as region,
    coalesce(p.sex, 'unknown') as sex,
    p.birth_year,
    y.covered_to,
    least(y.covered_to, coalesce(g.died, y.covered_to), coalesce(g.departed, y.covered_to)) as observed_to,
    case
        when g.died is null and g.departed is null then 'end_of_observation'
        when g.departed is null or g.died <= g.departed then 'death'
        else 'deportation'
    end as ended_by,
    p.conflict
from core.release as r
cross join outcomes.study as y
inner join person as p on p.person_id = r.person_id
left join gone as g on g.person_id = r.person_id and g.spell_number = r.spell_number
where r.release_kind = 'sentence' and r.release_date <= y.last_day and r.release_date <= y.covered_to;
