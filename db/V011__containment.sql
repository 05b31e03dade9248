-- What is contained of each tenant, and how far; and the epoch that no start of an older one gets past.

-- One row for each time a posture was set: in force, or what became of it; written with the events that say so.
create table tenancy.containment (
    tenant_id          text collate "C" not null,
    containment        text collate "C" not null,
    scope              text not null,
    key                text not null,
    posture            text not null,
    reason             text not null,
    owner              text not null,
    automatic          boolean not null,
    set_by             text not null,
    epoch              bigint not null,
    set_at             timestamptz not null,
    expires_at         timestamptz,
    two_person_release boolean not null,
    state              text not null,
    release_asked_by   text,
    released_by        text,
    release_reason     text,
    released_at        timestamptz,
    updated_at         timestamptz not null,
    primary key (tenant_id, containment)
);
create index containment_in_force on tenancy.containment (tenant_id, containment) where state = 'in_force';
create index containment_lately on tenancy.containment (updated_at);

-- The newest epoch of each tenant that was ever contained.
create table tenancy.posture_epoch (
    tenant_id text collate "C" not null primary key,
    epoch     bigint not null
);

-- What each change reached, as it was signed.
create table tenancy.containment_receipt (
    tenant_id    text collate "C" not null,
    containment  text collate "C" not null,
    epoch        bigint not null,
    receipt      text not null,
    signature    text not null,
    signed_by    text not null,
    confirmed_at timestamptz not null,
    primary key (tenant_id, containment, epoch)
);

-- Rules that contain by themselves, written with the events that set them.
create table tenancy.containment_rule (
    tenant_id        text collate "C" not null,
    rule             text collate "C" not null,
    trigger          text not null,
    threshold        bigint not null,
    scope            text not null,
    mode             text not null,
    posture          text not null,
    lifetime_seconds bigint not null,
    owner            text not null,
    primary key (tenant_id, rule)
);

-- The key that signs receipts, sealed: of the fleet.
create table tenancy.receipt_key (
    tenant_id  text not null,
    key        text not null,
    sealed     bytea not null,
    public_key bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, key)
);

-- Nodes that run, and up to when each has looked for changes; of no tenant.
create table tenancy.node (
    node      text not null primary key,
    looked_at timestamptz not null
);
grant select, insert, update, delete on tenancy.node to firebreak_system;

call journal.guard('tenancy.containment');
call journal.guard('tenancy.posture_epoch');
call journal.guard('tenancy.containment_receipt');
call journal.guard('tenancy.receipt_key');
call journal.guard('tenancy.containment_rule');

grant select, insert, update, delete on tenancy.containment_rule to firebreak_journal;
create policy written_with_events on tenancy.containment_rule to firebreak_journal using (true) with check (true);

grant select, insert, update on tenancy.containment, tenancy.posture_epoch, tenancy.containment_receipt
    to firebreak_journal;
create policy written_with_events on tenancy.containment to firebreak_journal using (true) with check (true);
create policy written_with_events on tenancy.posture_epoch to firebreak_journal using (true) with check (true);
create policy written_with_events on tenancy.containment_receipt to firebreak_journal using (true) with check (true);
grant insert on tenancy.receipt_key to firebreak_app;

-- Starts and changes of one tenant's postures exclude each other until their transactions end: starts share the lock,
-- a change has it alone. What each then reads is what is committed, because a volatile function looks anew.

-- Whether the tenant's epoch is another than a start was decided under.
create function tenancy.posture_moved(of_tenant text, known bigint) returns boolean
language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended(of_tenant, 5071));
    return exists (select from tenancy.posture_epoch where tenant_id = of_tenant and epoch > known);
end
$$;

-- Waits until what was starting is committed, and keeps others from starting until this is. Always true.
create function tenancy.hold_starts(of_tenant text) returns boolean
language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(of_tenant, 5071));
    return true;
end
$$;
