-- A row is one time in custody that a death or a deportation followed, with the first day of each. Few are: apart, so that
-- the many are not sorted for their sake.
create or replace temp table gone as
with departure as (
    select p.person_key, d.death_date as day, 2147483647 as spell_number, 'death' as how
    from core.death as d
    inner join core.person as p on p.person_id = d.person_id
    union all
    select person_key, release_date, spell_number, release_reason from core.stay
    where release_reason in ('death', 'deportation')
    union all
    select p.person_key, c.end_date, 2147483647, 'deported'
    from core."case" as c
    inner join core.person as p on p.person_id = c.person_id
    where c.end_reason = 'deported'
)
select
    r.person_key,
    r.spell_number,
    min(case when d.how = 'death' then d.day end) as died,
    coalesce(
        min(case when d.how = 'deportation' then d.day end), min(case when d.how = 'deported' then d.day end)
    ) as departed
from core.spell as r
cross join outcomes.study as y
inner join departure as d
    on
        d.person_key = r.person_key and d.spell_number >= r.spell_number and d.day >= r.release_date
        and d.day <= y.covered_to
group by r.person_key, r.spell_number;

-- A row is one person who has withdrawn consent or of whom a custody record failed the checks.
create or replace temp table barred as
select p.person_key, p.consent_withdrawn_date is not null as withdrawn
from core.person as p
left join (select distinct person_id from core.custody_conflict) as c on c.person_id = p.person_id
where p.consent_withdrawn_date is not null or c.person_id is not null;

-- A row is one release from sentence that the run may speak of (to the quarter's last day, as far as custody was seen), and
-- how long its person could be seen: observed_to is the earliest of custody's covered_to, death and deportation (a stay's
-- release reason, else a case ended deported) from then on; ended_by says which. release_key is made of person_key and the
-- spell.
-- Whoever needs the person's own columns too reads outcomes.release_seen.
create or replace table outcomes.release_observed as
select
    r.person_key * cast(100000 as bigint) + r.spell_number as release_key,
    r.person_key,
    r.spell_number,
    r.spell_admission_date,
    r.release_date,
    r.release_quarter,
    r.conditional,
    coalesce(r.prison, 'unknown') as prison,
    r.prison_region,
    r.prior_terms,
    r.planned,
    coalesce(r.drug_user, 'unknown') as drug_user,
    y.covered_to,
    least(y.covered_to, coalesce(g.died, y.covered_to), coalesce(g.departed, y.covered_to)) as observed_to,
    case
        when g.died is null and g.departed is null then 'end_of_observation'
        when g.departed is null or g.died <= g.departed then 'death'
        else 'deportation'
    end as ended_by,
    b.person_key is not null as conflict
from core.release as r
cross join outcomes.study as y
left join barred as b on b.person_key = r.person_key
left join gone as g on g.person_key = r.person_key and g.spell_number = r.spell_number
where
    r.release_kind = 'sentence' and r.release_date <= y.last_day and r.release_date <= y.covered_to
    and not coalesce(b.withdrawn, false);

-- A row is one person under their number, as measures speak of them.
create or replace view outcomes.person_seen as
select
    person_key, person_id, coalesce(region, 'unknown') as region, coalesce(sex, 'unknown') as sex, birth_year
from core.person;

-- A row is one such release with its name, and with what is known of its person.
create or replace view outcomes.release_seen as
select
    r.*, concat(p.person_id, '-', cast(r.spell_number as varchar)) as release_id, 'sentence' as release_kind,
    p.person_id, p.region, p.sex, p.birth_year
from outcomes.release_observed as r
inner join outcomes.person_seen as p on p.person_key = r.person_key;
