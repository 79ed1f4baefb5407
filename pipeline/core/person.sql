-- A row is one person, the same across partners by pseudonym. Where partners differ, custody data come first, then the
-- partners by name; conflict marks two known sexes or birth years more than one year apart. Of a person who has withdrawn
-- consent only what custody data say is left.
create or replace table core.person as
with custody_source as (
    select distinct source from core.coverage where table_name = 'custody_stay'
),

shared as (
    select person_id
    from newest_person
    group by person_id
    having count(*) > 1
),

told as (
    select
        person.*,
        shared.person_id is null as alone,
        concat(case when custody_source.source is null then '1' else '0' end, person.partner) as preference
    from newest_person as person
    left join custody_source on person.partner = custody_source.source
    left join core.withdrawn_person on person.person_id = withdrawn_person.person_id
    left join shared on person.person_id = shared.person_id
    where custody_source.source is not null or withdrawn_person.person_id is null
),

merged as (
    select
        person_id,
        sex,
        birth_year,
        citizenship,
        region,
        education,
        1 as sources,
        false as conflict
    from told
    where alone
    union all
    select
        person_id,
        arg_min(sex, preference) filter (where sex <> 'unknown') as sex,
        arg_min(birth_year, preference) filter (where birth_year is not null) as birth_year,
        arg_min(citizenship, preference) filter (where citizenship <> 'unknown') as citizenship,
        arg_min(region, preference) filter (where region <> 'unknown') as region,
        arg_min(education, preference) filter (where education <> 'unknown') as education,
        count(distinct partner) as sources,
        count(distinct case when sex <> 'unknown' then sex end) > 1
        or coalesce(max(birth_year) - min(birth_year) > 1, false) as conflict
    from told
    where not alone
    group by person_id
),

held as (
    select person_key from core.stay where spell_number = 1 and position = 1
)

select
    number.person_id,
    number.person_key,
    coalesce(merged.sex, 'unknown') as sex,
    merged.birth_year,
    coalesce(merged.citizenship, 'unknown') as citizenship,
    coalesce(merged.region, 'unknown') as region,
    coalesce(merged.education, 'unknown') as education,
    held.person_key is not null as in_custody_data,
    cast(coalesce(merged.sources, 0) as integer) as sources,
    coalesce(merged.conflict, false) as conflict,
    withdrawn_person.consent_withdrawn_date
from core.person_number as number
left join merged on number.person_id = merged.person_id
left join held on number.person_key = held.person_key
left join core.withdrawn_person on number.person_id = withdrawn_person.person_id
where merged.person_id is not null or held.person_key is not null
order by number.person_key;
