-- A row is one series of cells: a measure's part in one cohort, set and window.
create or replace table outcomes.cell_series as
select
    row_number() over (order by k.measure, k.component, s.cohort, w.cell_set, w.window_days) as series,
    k.measure, k.component, s.cohort, w.cell_set, w.window_days, k.unit, k.value_kind, k.per, k.process
from outcomes.measure_component as k
inner join outcomes.measure_scope as s on s.measure = k.measure
inner join outcomes.measure_window as w on w.measure = k.measure;
