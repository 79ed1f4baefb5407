-- A row is an order that a client brings to the case, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.need as
select newest.*
from newest_need as newest
left join core.withdrawn_case as withdrawn on newest.partner = withdrawn.partner and newest.case_id = withdrawn.case_id
where withdrawn.case_id is null
order by newest.partner, newest.need_id;
