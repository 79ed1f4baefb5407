-- A row is a treatment episode as delivered; joining episodes is left to the measures, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.treatment as
select newest.*
from newest_treatment as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.treatment_id;
