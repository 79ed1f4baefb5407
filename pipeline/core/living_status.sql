-- A row is a client's situation on a day, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.living_status as
select newest.*
from newest_living_status as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.status_id;
