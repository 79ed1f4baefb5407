-- A row is one pseudonym that custody or a list of persons knows, under a whole number: its place in their alphabetical
-- order. Joins by whole numbers cost a fraction of joins by text, and a country's tables need not repeat the text.
create or replace table core.person_number as
select
    person_id,
    row_number() over (order by person_id) as person_key
from (
    select person_id from newest_custody_stay
    union
    select person_id from newest_person
) as known;
