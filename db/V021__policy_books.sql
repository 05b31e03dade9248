-- The name of every document of a tenant, so that decisions look for no layer that nobody published.
-- The journal writer keeps it, in the transaction of the event that it follows from; nobody else writes here.

create table policy.book (
    tenant_id text collate "C" not null,
    profile   text collate "C" not null,
    primary key (tenant_id, profile)
);

call journal.guard('policy.book');

grant usage on schema policy to firebreak_journal;
grant select, insert on policy.book to firebreak_journal;
create policy written_with_events on policy.book to firebreak_journal using (true) with check (true);
