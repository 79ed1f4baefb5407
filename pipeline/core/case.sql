-- A row is an agreement with a client, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core."case" as
select newest.*
from newest_case as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.case_id;
