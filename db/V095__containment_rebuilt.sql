-- What is contained follows from events alone, and can be made again from them: when a tenant's postures changed last, by
-- the database's own clock, is the epoch's to say.

alter table tenancy.posture_epoch add column changed_at timestamptz not null default clock_timestamp();
create index posture_epoch_lately on tenancy.posture_epoch (changed_at);

drop index tenancy.containment_lately;
alter table tenancy.containment drop column updated_at;
