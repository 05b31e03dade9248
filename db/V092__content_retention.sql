-- For how long what agents sent and got can be read, where a tenant's policy says so.

alter table execution.retention alter column action_days drop not null;
alter table execution.retention add column payload_days bigint;
