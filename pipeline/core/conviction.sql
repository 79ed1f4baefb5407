-- A row is a final conviction, in its newest accepted version.
create or replace table core.conviction as
select newest.*
from newest_conviction as newest
order by newest.conviction_id;
