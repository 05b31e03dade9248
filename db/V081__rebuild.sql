-- Tables that follow from the journal are made again beside the ones that serve, and take their place in one transaction.

-- How each rebuild went; belongs to no tenant.
create table journal.rebuild (
    projection text        not null primary key,
    state      text        not null,
    started_by text        not null,
    started_at timestamptz not null,
    ended_at   timestamptz,
    passed     bigint      not null,
    total      bigint      not null,
    compared   text,
    problem    text
);
grant select, insert, update on journal.rebuild to firebreak_system;

-- How far the followers are.
grant select on journal.token to firebreak_system;

-- What follows runs as the owner of the tables, for the platform's own background work alone. It touches no table but those
-- whose rows are kept apart by tenant, and never the journal.

create function journal.rebuildable(wanted regclass)
returns table (live text, name text, shadow text)
language plpgsql stable set search_path = pg_catalog as $$
begin
    select n.nspname, c.relname, n.nspname || '_rebuilt' into live, name, shadow
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = wanted and c.relkind = 'r' and c.relrowsecurity and c.relforcerowsecurity and n.nspname <> 'journal';
    if not found then
        raise exception '% is not a table that can be rebuilt', wanted;
    end if;
    return next;
end
$$;

-- A schema for copies, marked as one: nobody else's is ever dropped.
create procedure journal.mark_shadow(wanted name)
language plpgsql set search_path = pg_catalog as $$
begin
    if not exists (select from pg_namespace where nspname = wanted) then
        execute format('create schema %I', wanted);
        execute format('comment on schema %I is %L', wanted, 'copies of a rebuild');
    end if;
end
$$;

-- Empty tables like these, with the same keys, indexes, policies and rights.
create procedure journal.open_shadows(tables regclass[])
language plpgsql security definer set search_path = pg_catalog as $$
declare
    each regclass;
    t record;
    part record;
    copy text;
begin
    foreach each in array tables loop
        select * into t from journal.rebuildable(each);
        copy := format('%I.%I', t.shadow, t.name);
        call journal.mark_shadow(t.shadow::name);
        execute format('grant usage on schema %I to firebreak_app, firebreak_system, firebreak_journal', t.shadow);
        execute format('create table %s (like %I.%I including defaults including identity including generated'
            ' including storage including comments)', copy, t.live, t.name);
        for part in select unnest(reloptions) as setting from pg_class where oid = each loop
            execute format('alter table %s set (%s)', copy, part.setting);
        end loop;
        for part in select conname, pg_get_constraintdef(oid) as words from pg_constraint
            where conrelid = each and contype in ('p', 'u', 'c') order by contype desc, conname
        loop
            execute format('alter table %s add constraint %I %s', copy, part.conname, part.words);
        end loop;
        for part in select pg_get_indexdef(i.indexrelid) as words from pg_index i
            where i.indrelid = each and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
        loop
            execute replace(part.words, format(' ON %I.%I ', t.live, t.name), format(' ON %s ', copy));
        end loop;
        execute format('alter table %s enable row level security', copy);
        execute format('alter table %s force row level security', copy);
        for part in select * from pg_policies where schemaname = t.live and tablename = t.name loop
            execute format('create policy %I on %s as %s for %s to %s', part.policyname, copy, part.permissive, part.cmd,
                    (select string_agg(quote_ident(role), ', ') from unnest(part.roles) as role))
                || coalesce(' using (' || part.qual || ')', '')
                || coalesce(' with check (' || part.with_check || ')', '');
        end loop;
        for part in select a.privilege_type as may, a.grantee::regrole as who, null::name as col
            from pg_class c, aclexplode(c.relacl) a where c.oid = each and a.grantee <> c.relowner and a.grantee <> 0
            union all
            select a.privilege_type, a.grantee::regrole, f.attname
            from pg_attribute f, aclexplode(f.attacl) a
            where f.attrelid = each and f.attnum > 0 and not f.attisdropped and a.grantee <> 0
        loop
            execute format('grant %s %s on %s to %s', part.may, coalesce('(' || quote_ident(part.col) || ')', ''), copy, part.who);
        end loop;
    end loop;
end
$$;

create procedure journal.analyze_shadows(tables regclass[])
language plpgsql security definer set search_path = pg_catalog as $$
declare
    each regclass;
    t record;
begin
    foreach each in array tables loop
        select * into t from journal.rebuildable(each);
        execute format('analyze %I.%I', t.shadow, t.name);
    end loop;
end
$$;

-- From here to the end of the transaction nobody reads or writes these tables.
create procedure journal.stop_tables(tables regclass[])
language plpgsql security definer set search_path = pg_catalog as $$
declare
    each regclass;
    t record;
begin
    foreach each in array tables loop
        select * into t from journal.rebuildable(each);
        execute format('lock table %I.%I in access exclusive mode', t.live, t.name);
    end loop;
end
$$;

-- The copies take the places, names and views of the tables, which are gone with this.
create procedure journal.swap_shadows(tables regclass[])
language plpgsql security definer set search_path = pg_catalog as $$
declare
    each regclass;
    t record;
    seen record;
    views text[] := '{}';
begin
    for seen in
        select distinct c.oid, n.nspname, c.relname, c.reloptions
        from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class c on c.oid = r.ev_class
        join pg_namespace n on n.oid = c.relnamespace
        where d.classid = 'pg_rewrite'::regclass and d.refobjid = any (tables) and c.relkind = 'v'
    loop
        views := views || (format('create or replace view %I.%I', seen.nspname, seen.relname)
            || coalesce(' with (' || array_to_string(seen.reloptions, ', ') || ')', '')
            || ' as ' || pg_get_viewdef(seen.oid));
    end loop;
    foreach each in array tables loop
        select * into t from journal.rebuildable(each);
        call journal.mark_shadow((t.live || '_replaced')::name);
        execute format('alter table %I.%I set schema %I', t.live, t.name, t.live || '_replaced');
        execute format('alter table %I.%I set schema %I', t.shadow, t.name, t.live);
    end loop;
    for i in 1 .. cardinality(views) loop
        execute views[i];
    end loop;
    call journal.drop_shadows();
end
$$;

-- Whatever a rebuild left, finished or not.
create procedure journal.drop_shadows()
language plpgsql security definer set search_path = pg_catalog as $$
declare
    left_over name;
begin
    for left_over in select nspname from pg_namespace
        where nspname ~ '_(rebuilt|replaced)$' and obj_description(oid, 'pg_namespace') = 'copies of a rebuild'
    loop
        execute format('drop schema %I cascade', left_over);
    end loop;
end
$$;

revoke execute on function journal.rebuildable(regclass) from public;
revoke execute on procedure journal.mark_shadow(name), journal.open_shadows(regclass[]), journal.analyze_shadows(regclass[]),
    journal.stop_tables(regclass[]), journal.swap_shadows(regclass[]), journal.drop_shadows() from public;
grant execute on procedure journal.open_shadows(regclass[]), journal.analyze_shadows(regclass[]),
    journal.stop_tables(regclass[]), journal.swap_shadows(regclass[]), journal.drop_shadows() to firebreak_system;
