-- A row is one person's first entry into treatment in one calendar year (ties: partner, then entry). Detoxification alone is
-- counted apart: an entry for it is a person's first only where the year brought no entry into other treatment.
create or replace table outcomes.first_entry as
with numbered as (
    select
        e.*, year(e.entry_date) as entry_year, t.treatment_type, n.sex, year(e.entry_date) - n.birth_year as age,
        row_number() over (
            partition by e.person_id, year(e.entry_date)
            order by case when t.treatment_type = 'detoxification' then 1 else 0 end, e.entry_date, e.partner, e.entry_id
        ) as place
    from core.treatment_entry as e
    cross join outcomes.study as y
    left join core.treatment as t on t.partner = e.partner and t.treatment_id = e.treatment_id
    left join core.person as n on n.person_id = e.person_id
    where e.entry_date <= y.as_of and e.entry_date <= y.last_day and n.consent_withdrawn_date is null
)
select
    *, case when treatment_type = 'detoxification' then 'detoxification' else 'treatment' end as kind,
    case when sex in ('male', 'female') then sex else 'unknown' end as known_sex
from numbered
where place = 1;

-- A row is one answer of one entry to one item; where several may be named (secondary drugs), the whole list.
create or replace table outcomes.entry_answer as
select
    e.person_id, e.entry_year, e.kind, e.known_sex, i.number, i.several,
    case i.item
        when 'ever_treated' then e.ever_treated
        when 'primary_drug' then e.primary_drug
        when 'referral' then e.referral
        when 'living_with' then e.living_with
        when 'living_with_children' then e.living_with_children
        when 'living_where' then e.living_where
        when 'education' then e.education
        when 'labour' then e.labour
        when 'route' then e.route
        when 'frequency' then e.frequency
        when 'injecting' then e.injecting
        when 'polydrug' then e.polydrug
        when 'secondary_drugs' then e.secondary_drugs
        when 'hiv_test' then e.hiv_test
        when 'hcv_test' then e.hcv_test
        when 'sharing' then e.sharing
        when 'ost' then e.ost
    end as answer,
    case i.item
        when 'age_group' then e.age
        when 'age_first_use' then e.age_first_use
        when 'years_since_first_injection' then e.years_since_first_injection
    end as amount
from outcomes.first_entry as e
cross join (select distinct number, item, several from outcomes.tdi_category) as i;

-- A row is one category of one table for one year, kind of entry and sex (all, male, female): how many people of how many
-- who entered. Who did not answer is in the category unknown; only where several may be named do categories overlap.
create or replace table outcomes.tdi_cell as
with placed as (
    select
        a.person_id, a.entry_year, a.kind, a.known_sex, c.number, c.category
    from outcomes.entry_answer as a
    inner join outcomes.tdi_category as c
        on
            c.number = a.number
            and (
                a.answer = c.category
                or (
                    a.several
                    and strpos(
                        concat(',', replace(replace(a.answer, ' ', ','), ';', ','), ','), concat(',', c.category, ',')
                    ) > 0
                )
                or a.amount between c.low and c.high
            )
),
unplaced as (
    select a.person_id, a.entry_year, a.kind, a.known_sex, a.number, 'unknown' as category
    from outcomes.entry_answer as a
    left join placed as p
        on p.person_id = a.person_id and p.entry_year = a.entry_year and p.number = a.number
    where p.person_id is null
),
counted as (
    select entry_year, kind, known_sex, number, category, count(*) as persons
    from (select * from placed union all select * from unplaced) as x
    group by entry_year, kind, known_sex, number, category
),
entrant as (
    select entry_year, kind, known_sex, count(*) as persons from outcomes.first_entry group by entry_year, kind, known_sex
),
side as (
    select 'all' as sex union all select 'male' union all select 'female'
)
select
    e.entry_year, e.kind, c.number, c.item, s.sex, c.position, c.category,
    cast(coalesce(sum(k.persons), 0) as bigint) as persons,
    cast(sum(e.persons) as bigint) as entrants
from entrant as e
inner join side as s on s.sex = 'all' or s.sex = e.known_sex
cross join outcomes.tdi_category as c
left join counted as k
    on
        k.entry_year = e.entry_year and k.kind = e.kind and k.known_sex = e.known_sex and k.number = c.number
        and k.category = c.category
group by e.entry_year, e.kind, c.number, c.item, s.sex, c.position, c.category;
