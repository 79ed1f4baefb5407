-- A row is a request for the service, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.application as
select newest.*
from newest_application as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.application_id;
