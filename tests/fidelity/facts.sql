-- What must not differ although pg_dump does not show it (or not all of it), one line a fact.  Nothing
-- here depends on OIDs, attribute numbers, or the type of a column.  Run with search_path = ''.
with rel as (
    select c.*, c.oid::regclass::text as name
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where nspname !~ '^(pg_|pgswap|information_schema$)'
), fact (kind, words) as (
    select 'relation', concat_ws(' ', name, relkind, relpersistence, relowner::regrole, 'am=' || amname,
           'tablespace=' || coalesce(spcname, 'default'), reloptions::text, 'identity=' || relreplident::text,
           'rls=' || relrowsecurity || relforcerowsecurity, 'partition=' || relispartition, 'populated=' || relispopulated,
           'rules=' || relhasrules, 'acl=' || coalesce(relacl::text, 'none'), 'type acl=' || coalesce(typacl::text, 'none'),
           'toast=' || coalesce((select coalesce(k.reloptions::text, '') || k.reltablespace::text from pg_class k where k.oid = rel.reltoastrelid), 'none'),
           'bound=' || coalesce(pg_get_expr(relpartbound, rel.oid), 'none'))
      from rel left join pg_am a on a.oid = relam left join pg_tablespace s on s.oid = reltablespace
      left join pg_type t on t.oid = reltype
    union all
    select 'column', concat_ws(' ', name, attname, 'notnull=' || attnotnull,
           'identity=' || attidentity::text, 'generated=' || attgenerated::text, 'storage=' || case when relkind <> 'v' then attstorage end::text, 'compression=' || attcompression::text,
           'target=' || attstattarget, 'local=' || attislocal, 'inherited=' || attinhcount, attcollation::regcollation,
           'options=' || array(select o from unnest(attoptions) o where o not like 'pg\_attver=%')::text,
           'acl=' || coalesce(attacl::text, 'none'))
      from rel join pg_attribute on attrelid = rel.oid
     where attnum > 0 and not attisdropped
    union all
    select 'index', concat_ws(' ', name, 'clustered=' || indisclustered, 'identity=' || indisreplident, 'valid=' || indisvalid,
           'ready=' || indisready, 'live=' || indislive, 'immediate=' || indimmediate, 'exclusion=' || indisexclusion,
           'primary=' || indisprimary)
      from rel join pg_index on indexrelid = rel.oid
    union all
    select 'constraint', concat_ws(' ', conname, name, contype, 'validated=' || convalidated, condeferrable::text, condeferred::text,
           case when contype not in ('p', 'u', 'x') then 'noinherit=' || connoinherit end, 'local=' || conislocal, 'inherited=' || coninhcount,
           'parent=' || (select p.conrelid::regclass || '.' || p.conname from pg_constraint p where p.oid = c.conparentid),
           'index=' || case when conindid <> 0 then conindid::regclass::text end)
      from rel join pg_constraint c on conrelid = rel.oid
    union all
    select 'domain constraint', concat_ws(' ', conname, contypid::regtype, convalidated::text, pg_get_constraintdef(oid))
      from pg_constraint where contypid <> 0 and oid >= 16384
    union all
    select 'trigger', concat_ws(' ', name, tgname, tgenabled, 'clone=' || (tgparentid <> 0), pg_get_triggerdef(t.oid))
      from rel join pg_trigger t on tgrelid = rel.oid where not tgisinternal
    union all
    select 'fk trigger', concat_ws(' ', conname, conrelid::regclass, 'on', name, tgfoid::regproc, tgenabled, tgdeferrable::text, tginitdeferred::text)
      from rel join pg_trigger t on tgrelid = rel.oid join pg_constraint c on c.oid = tgconstraint where tgisinternal
    union all
    select 'rule', concat_ws(' ', name, rulename, ev_enabled, ev_type, is_instead::text, pg_get_ruledef(r.oid))
      from rel join pg_rewrite r on ev_class = rel.oid
    union all
    select 'policy', p::text from pg_policies p
    union all
    select 'published', concat_ws(' ', pubname, name, pg_get_expr(prqual, prrelid),
           array(select attname from pg_attribute where attrelid = prrelid and attnum = any (prattrs) order by attname)::text)
      from rel join pg_publication_rel on prrelid = rel.oid join pg_publication p on p.oid = prpubid
    union all
    select 'published schema', concat_ws(' ', pubname, pnnspid::regnamespace)
      from pg_publication_namespace join pg_publication p on p.oid = pnpubid
    union all
    select 'statistics', concat_ws(' ', stxnamespace::regnamespace, stxname, stxowner::regrole, 'target=' || stxstattarget, pg_get_statisticsobjdef(oid))
      from pg_statistic_ext
    union all
    select 'inheritance', concat_ws(' ', inhrelid::regclass, inhparent::regclass, inhseqno, inhdetachpending::text) from pg_inherits
    union all
    -- (an identity's leaves out some in a swap)
    select 'sequence', concat_ws(' ', name, (xpath('/row/x/text()',
           query_to_xml(format('select %s is_called as x from %s',
                               case when not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = rel.oid and d.deptype = 'i')
                                    then 'last_value || '' '' || ' end, name), false, true, '')))[1]::text,
           seqstart, seqincrement, seqmin, seqcache, seqcycle::text)
      from rel join pg_sequence on seqrelid = rel.oid
    union all
    select 'seqtype', concat_ws(' ', name, seqtypid::regtype, seqmax) from rel join pg_sequence on seqrelid = rel.oid
    union all
    select 'routine', concat_ws(' ', p.oid::regprocedure, proowner::regrole, proacl::text, case when prokind <> 'a' then pg_get_functiondef(p.oid) end)
      from pg_proc p join pg_namespace n on n.oid = pronamespace
     where nspname !~ '^(pg_|pgswap|information_schema$)'
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and deptype = 'e')
    union all
    select 'comment', concat_ws(' ', pg_describe_object(classoid, objoid, objsubid), description)
      from pg_description where objoid >= 16384
    union all
    select 'security label', concat_ws(' ', pg_describe_object(classoid, objoid, objsubid), provider, label) from pg_seclabel
    union all
    (select distinct 'dependency', regexp_replace(concat_ws(' ', pg_describe_object(classid, objid, objsubid), deptype,
           pg_describe_object(refclassid, refobjid, refobjsubid)), '((?:RI|Unique)_ConstraintTrigger(?:_.)?)_\d+', '\1', 'g')
      from pg_depend where objid >= 16384 and refobjid >= 16384)
    union all
    (select distinct 'owner', concat_ws(' ', pg_describe_object(classid, objid, objsubid), deptype, pg_describe_object(refclassid, refobjid, 0))
      from pg_shdepend where dbid = (select oid from pg_database where datname = current_database()))
)
select fact.kind || ' ' || replace(fact.words, E'\n', '\n') from fact
 where words !~ '\m(pgswap|pg_toast)\M'
