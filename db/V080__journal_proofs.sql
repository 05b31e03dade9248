-- The Merkle tree over each tenant's journal, and the key that signs what it stands at. Made of the journal alone.

create schema audit;
grant usage on schema audit to firebreak_app, firebreak_system;

-- Rows of hashes as C2SP tlog-tiles has them; only the last of each level still grows.
create table audit.tile (
    tenant_id text collate "C" not null,
    level     int not null,
    index     bigint not null,
    hashes    bytea not null,
    primary key (tenant_id, level, index)
) with (fillfactor = 70);

-- How far the tree has come, signed.
create table audit.tree (
    tenant_id text collate "C" not null,
    size      bigint not null,
    note      text,
    sealed_at timestamptz,
    primary key (tenant_id)
) with (fillfactor = 70);

-- The installation's key, in the fleet's name; the private half is sealed.
create table audit.signing_key (
    tenant_id  text collate "C" not null,
    key        text collate "C" not null,
    sealed     bytea not null,
    public_key bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, key)
);

call journal.guard('audit.tile');
call journal.guard('audit.tree');
call journal.guard('audit.signing_key');
grant insert, update on audit.tile, audit.tree to firebreak_app;
grant insert on audit.signing_key to firebreak_app;
