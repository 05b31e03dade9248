-- Where a value may be sent: what was known when it was given. What nobody bound goes nowhere.
alter table secrets.version add column hosts text[] not null default '{}';

-- Fences that every lease before them has outlived are swept.
grant delete on secrets.fence to firebreak_app;
