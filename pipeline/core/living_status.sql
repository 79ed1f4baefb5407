-- A row is a client's situation on a day, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.living_status as
select newest.*
from newest_living_status as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.status_id;
