-- A row is a delivery with how many of its rows (a person, once per release or expected release) share sex, five years of birth, region, prison and month of release with fewer than five people.
with told as (
    select distinct delivery_id, person_id from validated.person
    union
    select distinct delivery_id, person_id from validated.custody_stay
    union
    select distinct delivery_id, person_id from validated."case"
),

released as (
    select distinct delivery_id, person_id, prison, date_trunc('month', release_date) as month
    from validated.custody_stay
    where release_date is not null
    union
    select distinct delivery_id, person_id, prison, date_trunc('month', expected_release_date) as month
    from validated."case"
    where prison is not null or expected_release_date is not null
),

described as (
    select
        told.delivery_id,
        told.person_id,
        person.sex,
        person.birth_year - person.birth_year % 5 as born,
        person.region,
        released.prison,
        released.month
    from told
    left join validated.person as person
        on told.delivery_id = person.delivery_id and told.person_id = person.person_id
    left join released on told.delivery_id = released.delivery_id and told.person_id = released.person_id
),

cell as (
    select delivery_id, sex, born, region, prison, month, count(*) as rows, count(distinct person_id) as people
    from described
    group by delivery_id, sex, born, region, prison, month
)

select
    delivery.partner,
    delivery.extract_date,
    delivery.delivery_id,
    cast(sum(cell.rows) as bigint) as rows,
    cast(coalesce(sum(cell.rows) filter (where cell.people < 5), 0) as bigint) as rows_below_5,
    round(100.0 * coalesce(sum(cell.rows) filter (where cell.people < 5), 0) / sum(cell.rows), 1) as percent_below_5,
    min(cell.people) as smallest_k
from cell
inner join validated.delivery as delivery on cell.delivery_id = delivery.delivery_id
group by delivery.partner, delivery.extract_date, delivery.delivery_id
order by delivery.partner, delivery.extract_date, delivery.delivery_id;
