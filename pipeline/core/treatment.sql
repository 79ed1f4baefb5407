-- A row is a treatment episode as delivered; joining episodes is left to the measures, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.treatment as
select newest.*
from newest_treatment as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.treatment_id;
