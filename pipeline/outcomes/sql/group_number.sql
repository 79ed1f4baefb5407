-- A row is one value of something that releases are grouped by (a prison, a partner, a quarter, …), under a number in the
-- order of values. Members are counted by numbers, which costs a fraction of counting by names; a finished count is given
-- its names back.
create or replace table outcomes.group_number as
select
    group_by, group_value,
    cast(row_number() over (order by group_by, group_value) as integer) as number
from (
    select 'prison' as group_by, prison as group_value from outcomes.release_observed
    union
    select 'quarter', release_quarter from outcomes.release_observed
    union
    select 'planned', planned from outcomes.release_observed
    union
    select 'drug_user', drug_user from outcomes.release_observed
    union
    select 'partner', partner from outcomes.member
    union
    select 'complex_case', complex from outcomes.complex_case
    union
    select 'reason', cause from outcomes.cause
) as known
where group_value is not null;
