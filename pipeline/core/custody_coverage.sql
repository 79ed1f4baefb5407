-- The one row is the last day (inclusive) that custody data show in every prison, never later than the as-of date; null
-- when no stays were delivered.
create or replace table core.custody_coverage as
select case when cast($as_of as date) < min(covered_to) then cast($as_of as date) else min(covered_to) end as covered_to
from core.coverage
where table_name = 'custody_stay';
