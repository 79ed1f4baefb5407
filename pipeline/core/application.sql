-- A row is a request for the service, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.application as
select newest.*
from newest_application as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.application_id;
