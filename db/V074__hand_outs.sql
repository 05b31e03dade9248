-- Tokens that were made for agents: sealed until they are collected, and what was told of them.

-- Written before the event that tells of it, and gone with whoever collects it: two never get the same one.
create table secrets.minted_token (
    tenant_id  text collate "C" not null,
    lease      text collate "C" not null,
    action     text collate "C" not null,
    sealed     bytea not null,
    expires_at timestamptz not null,
    primary key (tenant_id, lease)
);
create index minted_token_expiry on secrets.minted_token (expires_at);
create index minted_token_of_action on secrets.minted_token (tenant_id, action);

-- What was made under which lease, and who has it. Without a row here nothing can be collected.
create table secrets.hand_out (
    tenant_id    text collate "C" not null,
    lease        text collate "C" not null,
    action       text collate "C" not null,
    kind         text not null,
    audience     text not null,
    scope        text not null,
    requester    text not null,
    minted_at    timestamptz not null,
    expires_at   timestamptz not null,
    collected_at timestamptz,
    voided_at    timestamptz,
    primary key (tenant_id, lease)
);
create index hand_out_good on secrets.hand_out (tenant_id, expires_at);

call journal.guard('secrets.minted_token');
call journal.guard('secrets.hand_out');

-- The system's role looks for what has expired, and needs no token for it.
revoke select on secrets.minted_token from firebreak_system;
grant select (tenant_id, lease, expires_at) on secrets.minted_token to firebreak_system;
grant insert, delete on secrets.minted_token to firebreak_app;

grant select, insert, update on secrets.hand_out to firebreak_journal;
create policy written_with_events on secrets.hand_out to firebreak_journal using (true) with check (true);
grant delete on secrets.hand_out to firebreak_app;
