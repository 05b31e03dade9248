-- Tenants that were erased, and what is certified of it.

-- Written in the transaction in which the keys are destroyed.
create table tenancy.erasure (
    tenant_id    text collate "C" not null,
    event        text not null,
    erased_at    timestamptz not null,
    erased_by    text not null,
    reason       text not null,
    content_keys bigint not null,
    first_day    text,
    last_day     text,
    primary key (tenant_id)
);

call journal.guard('tenancy.erasure');
grant select, insert on tenancy.erasure to firebreak_journal;
create policy written_with_events on tenancy.erasure to firebreak_journal using (true) with check (true);

-- What is kept in other places of what agents sent and got, and of secrets, goes with it.
grant select (tenant_id), delete on execution.payload to firebreak_journal;
grant select (tenant_id), delete on execution.webhook_delivery to firebreak_journal;
grant select (tenant_id), delete on execution.webhook_secret to firebreak_journal;
grant select (tenant_id), delete on secrets.sealed_value to firebreak_journal;
grant select (tenant_id), delete on secrets.minted_token to firebreak_journal;
do $$
declare
    emptied text;
begin
    foreach emptied in array array['execution.payload', 'execution.webhook_delivery', 'execution.webhook_secret',
        'secrets.sealed_value', 'secrets.minted_token']
    loop
        execute format('create policy erased_with_events on %s for delete to firebreak_journal using (true)', emptied);
        execute format('create policy seen_to_be_erased on %s for select to firebreak_journal using (true)', emptied);
    end loop;
end
$$;
