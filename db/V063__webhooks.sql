-- Who is told when an approval is opened or decided, and what has to be told yet.

-- Written with the events that say so.
create table execution.webhook (
    tenant_id      text collate "C" not null,
    webhook        text collate "C" not null,
    url            text not null,
    events         text[] not null,
    may_be_private boolean not null,
    created_at     timestamptz not null,
    created_by     text not null,
    primary key (tenant_id, webhook)
);

-- Never in an event: what is in the journal stays there. Read by its tenant's transactions alone.
create table execution.webhook_secret (
    tenant_id text collate "C" not null,
    webhook   text collate "C" not null,
    secret    text not null,
    primary key (tenant_id, webhook)
);

-- Written with the event that is told of; taken by the deliverer. Without a next time it was given up.
create table execution.webhook_delivery (
    tenant_id  text collate "C" not null,
    message    text collate "C" not null,
    webhook    text collate "C" not null,
    body       text not null,
    attempts   int not null default 0,
    next_at    timestamptz,
    last_error text,
    created_at timestamptz not null,
    primary key (tenant_id, message, webhook)
);
create index webhook_delivery_due on execution.webhook_delivery (next_at) where next_at is not null;

call journal.guard('execution.webhook');
call journal.guard('execution.webhook_secret');
call journal.guard('execution.webhook_delivery');

grant select, insert, delete on execution.webhook to firebreak_journal;
create policy written_with_events on execution.webhook to firebreak_journal using (true) with check (true);

drop policy of_platform on execution.webhook_secret;
revoke select on execution.webhook_secret from firebreak_system;
grant insert, delete on execution.webhook_secret to firebreak_app;

grant select, insert on execution.webhook_delivery to firebreak_journal;
create policy written_with_events on execution.webhook_delivery to firebreak_journal using (true) with check (true);
grant update, delete on execution.webhook_delivery to firebreak_system;
create policy taken_by_deliverer on execution.webhook_delivery for update to firebreak_system using (true) with check (true);
create policy done_by_deliverer on execution.webhook_delivery for delete to firebreak_system using (true);
