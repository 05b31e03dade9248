-- Runs that others started, and runs that stopped at a cap.

alter table execution.run add column parent_run text;
alter table execution.run add column cause text;
