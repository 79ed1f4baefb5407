-- A row is a relative served by the programme, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.family_member as
select newest.*
from newest_family_member as newest
left join core.withdrawn_person as withdrawn on newest.person_id = withdrawn.person_id
where withdrawn.person_id is null
order by newest.partner, newest.family_member_id;
