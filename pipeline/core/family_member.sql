-- A row is a relative served by the programme, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.family_member as
select newest.*
from newest_family_member as newest
where not exists (select 1 from core.withdrawn_person where withdrawn_person.person_id = newest.person_id)
order by newest.partner, newest.family_member_id;
