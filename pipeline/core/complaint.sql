-- A row is a complaint, in its newest accepted version.
create or replace table core.complaint as
select newest.*
from newest_complaint as newest
order by newest.partner, newest.complaint_id;
