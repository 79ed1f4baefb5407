-- A row is one item of one instrument on a day, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.assessment as
select newest.*
from newest_assessment as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.assessment_id, newest.item;
