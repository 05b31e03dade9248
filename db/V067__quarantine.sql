-- Which operations of a connector wait until somebody accepts what they have become, and which version of the
-- catalogue it was adopted from. Rebuilt from the journal like the rest of the row.

alter table execution.connector
    add column quarantined       jsonb  not null default '[]',
    add column catalogue_version bigint not null default 0,
    add column catalogue_digest  text;
