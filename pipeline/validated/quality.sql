-- A row is one table of one partner's deliveries in one quarter (that of the extract's day): what became of the rows,
-- how many persons stand behind those in quarantine, and the share of filled optional and conditional cells.
create or replace table validated.quality as
with counted as (
    select
        accounting.partner,
        concat(year(delivery.extract_date), 'Q', quarter(delivery.extract_date)) as quarter,
        accounting.table_name,
        accounting.delivery_id,
        accounting.produced,
        accounting.accepted,
        accounting.quarantined,
        accounting.duplicate
    from validated.accounting as accounting
    inner join validated.delivery as delivery on accounting.delivery_id = delivery.delivery_id
),

filled as (
    select
        delivery_id,
        table_name,
        sum(asked) as asked,
        sum(filled) as filled
    from validated.completeness
    group by delivery_id, table_name
),

waiting as (
    select
        quarantine.partner,
        concat(year(delivery.extract_date), 'Q', quarter(delivery.extract_date)) as quarter,
        quarantine.table_name,
        count(distinct quarantine.person_id) + count(*) filter (where quarantine.person_id is null) as persons
    from validated.quarantine as quarantine
    inner join validated.delivery as delivery on quarantine.delivery_id = delivery.delivery_id
    group by all
)

select
    counted.partner,
    counted.quarter,
    counted.table_name,
    cast(sum(counted.produced) as bigint) as produced,
    cast(sum(counted.accepted) as bigint) as accepted,
    cast(sum(counted.quarantined) as bigint) as quarantined,
    cast(coalesce(max(waiting.persons), 0) as bigint) as quarantined_persons,
    cast(sum(counted.duplicate) as bigint) as duplicate,
    sum(filled.filled) / nullif(sum(filled.asked), 0) as completeness
from counted
left join filled on counted.delivery_id = filled.delivery_id and counted.table_name = filled.table_name
left join waiting
    on
        counted.partner = waiting.partner
        and counted.quarter = waiting.quarter
        and counted.table_name = waiting.table_name
group by counted.partner, counted.quarter, counted.table_name
order by counted.partner, counted.quarter, counted.table_name;

-- A row is one accepted delivery: its persons (with each agreement or stay of theirs in it), and how many of these rows
-- agree in sex, five years of birth, region, prison and month of release with fewer than four others.
create or replace table validated.k_anonymity as
with place as (
    select
        partner,
        delivery_id,
        person_id,
        prison,
        date_trunc('month', expected_release_date) as release_month
    from staging."case"
    union all
    select
        partner,
        delivery_id,
        person_id,
        prison,
        date_trunc('month', release_date) as release_month
    from staging.custody_stay
),

described as (
    select
        person.partner,
        person.delivery_id,
        count(*) over (
            partition by
                person.delivery_id,
                person.sex,
                person.birth_year // 5,
                person.region,
                place.prison,
                place.release_month
        ) as k
    from staging.person as person
    inner join validated.delivery as delivery
        on person.delivery_id = delivery.delivery_id and delivery.verdict = 'accepted'
    left join place on person.delivery_id = place.delivery_id and person.person_id = place.person_id
)

select
    partner,
    delivery_id,
    count(*) as rows,
    count(*) filter (where k < 5) as below_five
from described
group by partner, delivery_id
order by partner, delivery_id;
