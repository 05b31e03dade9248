-- Keys that sign workload tokens, in the fleet's name: shared by all nodes, their private halves sealed.

create table secrets.signing_key (
    tenant_id   text collate "C" not null,
    generation  bigint not null,
    sealed      bytea not null,
    signs_from  timestamptz not null,
    signs_until timestamptz not null,
    primary key (tenant_id, generation)
);

call journal.guard('secrets.signing_key');

drop policy of_platform on secrets.signing_key;
revoke select on secrets.signing_key from firebreak_system;
grant insert, delete on secrets.signing_key to firebreak_app;
