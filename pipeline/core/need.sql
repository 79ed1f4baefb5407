-- A row is an order that a client brings to the case, in its newest accepted version, of a person who has not withdrawn consent.
create or replace table core.need as
select newest.*
from newest_need as newest
where
    not exists (
        select 1 from core.withdrawn_case
        where withdrawn_case.partner = newest.partner and withdrawn_case.case_id = newest.case_id
    )
order by newest.partner, newest.need_id;
