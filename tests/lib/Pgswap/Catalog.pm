# The system catalogs as text, whatever the release, without OIDs: what a migration must leave as it was.
#
#     my $before = Pgswap::Catalog::snapshot($dbh);  …  Pgswap::Catalog::differences($before, Pgswap::Catalog::snapshot($dbh))
#
# Below every catalog and every column of it is accounted for; unaccounted() names what a new release has
# added.  What a column refers to is known from the server (pg_get_catalog_foreign_keys).
package Pgswap::Catalog;

use strict;
use warnings;

# One catalog a paragraph.  A column is compared as it is (name), as the name of what it refers to (@name),
# as an expression over the row r that is in %TEXT (=name), or not (-name/reason, the reasons are in %NOT).
my $ACCOUNTS = <<'END';
pg_class
    -oid/own =relname @relnamespace @reltype @reloftype @relowner @relam -relfilenode/storage @reltablespace -relpages/storage
    -reltuples/storage -relallvisible/storage -relallfrozen/storage @reltoastrelid relhasindex relisshared relpersistence relkind
    -relnatts/dropped relchecks -relhasrules/hint -relhastriggers/hint -relhassubclass/hint relrowsecurity relforcerowsecurity
    relispopulated relreplident relispartition -relrewrite/storage -relfrozenxid/storage -relminmxid/storage =relacl reloptions =relpartbound
pg_attribute
    @attrelid attname @atttypid attlen =attnum -attcacheoff/storage atttypmod -attndims/noted attbyval attalign attstorage attcompression
    attnotnull atthasdef -atthasmissing/storage attidentity attgenerated attisdropped attislocal attinhcount @attcollation
    attstattarget attacl =attoptions attfdwoptions -attmissingval/storage
pg_attrdef
    -oid/own @adrelid @adnum =adbin
pg_index
    @indexrelid @indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indisexclusion indimmediate indisclustered
    indisvalid -indcheckxmin/storage indisready indislive indisreplident @indkey @indcollation @indclass indoption =indexprs =indpred
pg_constraint
    -oid/own conname @connamespace contype condeferrable condeferred conenforced convalidated @conrelid @contypid @conindid @conparentid
    @confrelid confupdtype confdeltype confmatchtype conislocal coninhcount =connoinherit conperiod @conkey @confkey @conpfeqop @conppeqop
    @conffeqop =confdelsetcols @conexclop =conbin
pg_trigger
    -oid/own @tgrelid @tgparentid =tgname @tgfoid tgtype tgenabled tgisinternal @tgconstrrelid @tgconstrindid @tgconstraint tgdeferrable
    tginitdeferred tgnargs @tgattr tgargs =tgqual tgoldtable tgnewtable
pg_rewrite
    -oid/own rulename @ev_class ev_type ev_enabled is_instead -ev_qual/shown =ev_action
pg_policy
    -oid/own polname @polrelid polcmd polpermissive @polroles =polqual =polwithcheck
pg_sequence
    @seqrelid @seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle
pg_statistic_ext
    -oid/own @stxrelid stxname @stxnamespace @stxowner @stxkeys stxstattarget stxkind =stxexprs
pg_type
    -oid/own typname @typnamespace @typowner typlen typbyval typtype typcategory typispreferred typisdefined typdelim @typrelid
    @typsubscript @typelem @typarray @typinput @typoutput @typreceive @typsend @typmodin @typmodout @typanalyze typalign typstorage
    typnotnull @typbasetype typtypmod typndims @typcollation -typdefaultbin/shown typdefault =typacl
pg_inherits
    @inhrelid @inhparent =inhseqno inhdetachpending
pg_partitioned_table
    @partrelid partstrat partnatts @partdefid @partattrs @partclass @partcollation =partexprs
pg_publication
    -oid/own pubname @pubowner puballtables puballsequences pubinsert pubupdate pubdelete pubtruncate pubviaroot pubgencols
pg_publication_rel
    -oid/own @prpubid @prrelid =prqual =prattrs prexcept
pg_publication_namespace
    -oid/own @pnpubid @pnnspid
pg_subscription_rel
    @srsubid @srrelid srsubstate -srsublsn/storage
pg_depend
    -classid/shown =objid -objsubid/shown -refclassid/shown =refobjid -refobjsubid/shown deptype
pg_shdepend
    -dbid/shown -classid/shown =objid -objsubid/shown @refclassid =refobjid deptype
pg_description
    -classoid/shown =objoid -objsubid/shown description
pg_seclabel
    -classoid/shown =objoid -objsubid/shown provider label
pg_init_privs
    -classoid/shown =objoid -objsubid/shown privtype initprivs
pg_default_acl
    -oid/own @defaclrole @defaclnamespace defaclobjtype defaclacl
pg_extension
    -oid/own extname @extowner @extnamespace extrelocatable extversion @extconfig extcondition
pg_foreign_table
    @ftrelid @ftserver ftoptions
pg_proc
    -oid/own proname @pronamespace @proowner @prolang procost prorows @provariadic @prosupport prokind prosecdef proleakproof proisstrict
    proretset provolatile proparallel pronargs pronargdefaults @prorettype @proargtypes @proallargtypes proargmodes proargnames
    -proargdefaults/shown @protrftypes =prosrc probin -prosqlbody/shown proconfig proacl
pg_namespace
    -oid/own nspname @nspowner nspacl
pg_event_trigger
    -oid/own evtname evtevent @evtowner @evtfoid evtenabled evttags
pg_cast
    -oid/own @castsource @casttarget @castfunc castcontext castmethod
pg_range
    @rngtypid @rngsubtype @rngmultitypid @rngcollation @rngsubopc @rngcanonical @rngsubdiff
pg_enum
    -oid/own @enumtypid enumsortorder enumlabel
pg_statistic - what ANALYZE finds in the rows; the new table has its own
pg_statistic_ext_data - what ANALYZE finds in the rows; the new table has its own
pg_aggregate - refers to functions and types, and a type or function is compared as itself
pg_am - no part of a table: a table names one, and that is compared
pg_amop - refers to types; belongs to operator families
pg_amproc - refers to types; belongs to operator families
pg_operator - refers to functions and types; an operator over the row type is refused
pg_opclass - refers to types; belongs to operator families
pg_opfamily - no part of a table
pg_transform - refers to functions and types of languages
pg_conversion - refers to functions only
pg_language - refers to functions only
pg_ts_parser - refers to functions only
pg_ts_template - refers to functions only
pg_ts_config - no part of a table
pg_ts_config_map - no part of a table
pg_ts_dict - no part of a table
pg_collation - no part of a table: a column names one, and that is compared
pg_foreign_data_wrapper - refers to functions only
pg_foreign_server - no part of a table
pg_user_mapping - no part of a table
pg_largeobject - data, referred to by number from the rows
pg_largeobject_metadata - data, referred to by number from the rows
pg_subscription - no part of a table; its tables are in pg_subscription_rel
pg_replication_origin - of the cluster
pg_authid - of the cluster
pg_auth_members - of the cluster
pg_database - of the cluster
pg_db_role_setting - of the cluster
pg_parameter_acl - of the cluster
pg_tablespace - of the cluster: a table names one, and that is compared
pg_shdescription - comments on what is of the cluster
pg_shseclabel - labels on what is of the cluster
END

my %NOT = (
    own     => 'the number of the row itself',
    storage => 'where and how the rows lie on disk, or how old they are: a rewrite makes all that new',
    dropped => 'counts dropped columns, which a rewrite leaves out; the columns are compared',
    hint    => 'may stay true after the last one is gone; what it hints at is compared',
    noted   => 'PostgreSQL keeps it as a remark only and no command sets it alone; the type is compared',
    shown   => 'part of the text of another column');

# The names of what a number stands for; relations of pg_toast by what they belong to.
my $FUNCTIONS = <<'SQL';
create function pg_temp.name(class oid, id oid, sub int) returns text language plpgsql as $$
declare owner oid;
begin
    if id = 0 then return '-'; end if;
    if class = 'pg_class'::regclass then
        select r.oid into owner from pg_class t left join pg_index i on i.indexrelid = t.oid
          join pg_class r on r.reltoastrelid = coalesce(i.indrelid, t.oid)
         where t.oid = id and t.relnamespace = 'pg_toast'::regnamespace;
        if found then return format('toast %s of %s', sub, pg_describe_object('pg_class'::regclass, owner, 0)); end if;
    end if;
    return regexp_replace(coalesce(pg_describe_object(class, id, sub), 'lost'), '(ConstraintTrigger(_.)?_)\d+', '\1');
end $$;
create function pg_temp.names(class oid, ids oid[]) returns text language sql as
    $$ select string_agg(pg_temp.name(class, id, 0), ', ' order by n) from unnest(ids) with ordinality as u(id, n) $$;
create function pg_temp.columns(relation oid, numbers int2[]) returns text language sql as
    $$ select string_agg(coalesce(attname, 'expression'), ', ' order by n) from unnest(numbers) with ordinality as u(num, n)
         left join pg_attribute on attrelid = relation and attnum = num $$
SQL

# A grant that says what holds without one is none; NO INHERIT means nothing for keys, and ATTACH PARTITION leaves
# it as it was made.
my %TEXT = (
    'pg_class.relname'           => q{case when r.relnamespace = 'pg_toast'::regnamespace then pg_temp.name('pg_class'::regclass, r.oid, 0) else r.relname::text end},
    'pg_class.relacl'            => q{coalesce(r.relacl, acldefault(case r.relkind when 'S' then 's'::"char" else 'r' end, r.relowner))},
    'pg_type.typacl'             => q{coalesce(r.typacl, acldefault('T', r.typowner))},
    'pg_class.relpartbound'      => 'pg_get_expr(r.relpartbound, r.oid)',
    'pg_attribute.attnum'        => 'case when r.attnum > 0 then (select count(*) from pg_attribute a where a.attrelid = r.attrelid and a.attnum between 1 and r.attnum and not a.attisdropped) else r.attnum end',
    'pg_attribute.attoptions'    => q{array(select o from unnest(r.attoptions) o where o not like 'pg\_attver=%' order by o)},
    'pg_inherits.inhseqno'       => '(select count(*) from pg_inherits i where i.inhrelid = r.inhrelid and i.inhseqno <= r.inhseqno)',
    'pg_attrdef.adbin'           => 'pg_get_expr(r.adbin, r.adrelid)',
    'pg_index.indexprs'          => q{regexp_replace(pg_get_indexdef(r.indexrelid), 'pg_toast_\d+', 'pg_toast', 'g')},
    'pg_index.indpred'           => 'pg_get_expr(r.indpred, r.indrelid)',
    'pg_constraint.conbin'       => 'pg_get_constraintdef(r.oid)',
    'pg_constraint.confdelsetcols' => q{pg_temp.columns(r.conrelid, translate(to_jsonb(r)->>'confdelsetcols', '[]', '{}')::int2[])},
    'pg_constraint.connoinherit' => q{case when r.contype not in ('p', 'u', 'x') then r.connoinherit end},
    'pg_trigger.tgname'          => q{regexp_replace(r.tgname, '(ConstraintTrigger(_.)?_)\d+', '\1')},
    'pg_trigger.tgqual'          => q{case when not r.tgisinternal then pg_get_triggerdef(r.oid) end},
    'pg_rewrite.ev_action'       => 'pg_get_ruledef(r.oid)',
    'pg_policy.polqual'          => 'pg_get_expr(r.polqual, r.polrelid)',
    'pg_policy.polwithcheck'     => 'pg_get_expr(r.polwithcheck, r.polrelid)',
    'pg_statistic_ext.stxexprs'  => 'pg_get_statisticsobjdef(r.oid)',
    'pg_partitioned_table.partexprs' => 'pg_get_partkeydef(r.partrelid)',
    'pg_publication_rel.prqual'  => 'pg_get_expr(r.prqual, r.prrelid)',
    'pg_publication_rel.prattrs' => 'pg_temp.columns(r.prrelid, r.prattrs::int2[])',
    'pg_depend.objid'            => 'pg_temp.name(r.classid, r.objid, r.objsubid)',
    'pg_depend.refobjid'         => 'pg_temp.name(r.refclassid, r.refobjid, r.refobjsubid)',
    'pg_shdepend.objid'          => 'pg_temp.name(r.classid, r.objid, r.objsubid)',
    'pg_shdepend.refobjid'       => 'pg_temp.name(r.refclassid, r.refobjid, 0)',
    'pg_proc.prosrc'             => q{case when r.prokind <> 'a' then pg_get_functiondef(r.oid) end},
    map { ("$_.objoid" => 'pg_temp.name(r.classoid, r.objoid, r.objsubid)') } qw(pg_description pg_seclabel pg_init_privs));

# Where a catalog has rows of other databases, or of columns that are gone.
my %WHERE = (
    pg_shdepend  => q{r.dbid = (select oid from pg_database where datname = current_database())},
    pg_attribute => 'not r.attisdropped');

# { catalog => { column => how } or a reason }
sub accounts
{
    my %accounts;
    my $catalog;
    for (split /\n/, $ACCOUNTS)
    {
        if (/^(\w+) - (.+)/) { $accounts{$1} = $2 }
        elsif (/^(\w+)$/)    { $catalog = $1; $accounts{$catalog} = {} }
        else { $accounts{$catalog}{ $_->[1] } = $_->[0] for map { [ /^([-@=]?)(\w+)/ ] } split }
    }
    return \%accounts;
}

sub reasons { return { $ACCOUNTS =~ m{-(\w+)/(\w+)}g }, \%NOT }

# { catalog => [ columns ] } of this server.
sub catalogs
{
    my ($dbh) = @_;
    my %columns;
    push @{ $columns{ $_->[0] } }, $_->[1] for @{ $dbh->selectall_arrayref(<<~'SQL') };
        select c.relname, a.attname from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
         where c.relkind = 'r' and c.relnamespace = 'pg_catalog'::regnamespace and a.attnum > 0 and not a.attisdropped
         order by a.attnum
        SQL
    return \%columns;
}

# Catalogs and columns of this server that nobody has thought of.
sub unaccounted
{
    my ($dbh) = @_;
    my ($accounts, $catalogs) = (accounts(), catalogs($dbh));
    my @found;
    for my $catalog (sort keys %$catalogs)
    {
        my $known = $accounts->{$catalog};
        push @found, $catalog unless $known;
        push @found, map { "$catalog.$_" } grep { !exists $known->{$_} } @{ $catalogs->{$catalog} } if ref $known;
    }
    return @found;
}

# What the columns refer to: { "catalog.column" => [ kind, argument ] }.
sub _references
{
    my ($dbh) = @_;
    my %references;
    for (@{ $dbh->selectall_arrayref('select fktable::text, fkcols, pktable::text, is_array from pg_catalog.pg_get_catalog_foreign_keys()') })
    {
        my ($table, $columns, $to, $array) = @$_;
        $table =~ s/^pg_catalog\.//;
        $references{"$table.$columns->[-1]"} //= @$columns > 1 ? [ columns => $columns->[0], $array ] : [ ($array ? 'names' : 'name') => $to, $array ];
        $references{"$table.$columns->[-1]"} = [ columns => $columns->[0], $array ] if @$columns > 1;
    }
    return \%references;
}

sub _expression
{
    my ($catalog, $column, $how, $references) = @_;
    return $TEXT{"$catalog.$column"} // die "no expression for $catalog.$column\n" if $how eq '=';
    return "r.$column" if $how eq '';
    my ($kind, $argument, $array) = @{ $references->{"$catalog.$column"} // die "$catalog.$column refers to nothing\n" };
    return "pg_temp.columns(r.$argument, " . ($array ? "r.$column\::int2[]" : "array[r.$column]") . ')' if $kind eq 'columns';
    return "pg_temp.$kind('$argument'::regclass, " . ($array ? "r.$column\::oid[]" : "r.$column, 0") . ')';
}

# The rows of objects that the database was not made with.
sub _query
{
    my ($catalog, $columns, $accounts, $references) = @_;
    my @compared = grep { $accounts->{$_} ne '-' } @$columns;
    my @numbers = grep { $_ eq 'oid' || /^(?:ref)?obji?o?id$/ || ($references->{"$catalog.$_"} && !$references->{"$catalog.$_"}[2] && $accounts->{$_} eq '@' && $references->{"$catalog.$_"}[0] eq 'name') } @$columns;
    @numbers = ('oid') if grep { $_ eq 'oid' } @$columns;
    return "select concat_ws(' ', " . join(', ', map { "'$_=' || quote_nullable((" . _expression($catalog, $_, $accounts->{$_}, $references) . ')::text)' } @compared)
      . ") from pg_catalog.$catalog r where (" . join(' or ', map { "r.$_ >= 16384" } @numbers) . ')'
      . ($WHERE{$catalog} ? " and $WHERE{$catalog}" : '');
}

# Every compared row as a line "catalog column=value …", sorted.
sub snapshot
{
    my ($dbh) = @_;
    $dbh->begin_work;
    my $lines = _lines($dbh, [ keys %{ accounts() } ], 'true');
    push @$lines, @{ $dbh->selectcol_arrayref(<<~'SQL') };
        select format('value of sequence %s: %s', c.oid::regclass, pg_sequence_last_value(c.oid)) from pg_class c
         where c.relkind = 'S' and c.oid >= 16384
           and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'i')
        SQL
    $dbh->rollback;
    return [ sort @$lines ];
}

# The columns, as catalog.column, that the transaction under way has altered in rows of these catalogs that
# $before has under the same name.
sub altered
{
    my ($dbh, $before, @catalogs) = @_;
    my %rows;
    push @{ $rows{ _key($_) } }, "-$_" for @$before;
    $dbh->do('savepoint altered');
    my $lines = _lines($dbh, \@catalogs, 'r.xmin = pg_current_xact_id()::xid');
    $dbh->do('rollback to altered');
    return map {
        my ($catalog) = /^(\w+)/;
        map { "$catalog.$_" } _differing(@{ $rows{ _key($_) } // [] }, "+$_");
    } @$lines;
}

sub _lines
{
    my ($dbh, $only, $where) = @_;
    my ($accounts, $catalogs, $references) = @{ $dbh->{private_pgswap_catalog} //= [ accounts(), catalogs($dbh), _references($dbh) ] };
    my @lines;
    $dbh->do(q{set local search_path = ''; set local client_min_messages = error});
    $dbh->do($_) for split /(?<=\$\$);\n/, $FUNCTIONS;
    for my $catalog (grep { $catalogs->{$_} && ref $accounts->{$_} } @$only)
    {
        my $query = _query($catalog, $catalogs->{$catalog}, $accounts->{$catalog}, $references);
        push @lines, map { "$catalog $_" } grep { !/pg_temp/ } @{ $dbh->selectcol_arrayref("$query and $where") };
    }
    s/\n/\\n/g for @lines;
    return \@lines;
}

# The rows that only one of them has; of a row that both have, the columns.
sub differences
{
    my ($before, $after) = @_;
    my (%count, %rows);
    $count{$_}-- for @$before;
    $count{$_}++ for @$after;
    for my $line (sort grep { $count{$_} } keys %count)
    {
        push @{ $rows{ _key($line) } }, (($count{$line} < 0 ? '-' : '+') . $line) x abs $count{$line};
    }
    return map { _columns($_, @{ $rows{$_} }) } sort keys %rows;
}

# By which columns rows are told apart; else by the first two.
my %KEY = (
    pg_trigger => [ qw(tgrelid tgname) ], pg_constraint => [ qw(conrelid contypid conname) ], pg_rewrite => [ qw(ev_class rulename) ],
    pg_sequence => [ qw(seqrelid) ], pg_description => [ qw(objoid) ], pg_statistic_ext => [ qw(stxname) ], pg_attrdef => [ qw(adrelid adnum) ]);

sub key_columns { my ($catalog) = @_; return @{ $KEY{$catalog} // [] } }

sub _key
{
    my ($line) = @_;
    my ($catalog) = $line =~ /^(\w+)/;
    my $values = $KEY{$catalog} && _values($line);
    return join ' ', $catalog, map { "$_=$values->{$_}" } @{ $KEY{$catalog} } if $values;
    return $line =~ /^(\w+ \w+='[^']*'(?: \w+='[^']*')?)/ ? $1 : $line;
}

sub _values { return { $_[0] =~ /(\w+)=(NULL|E?'(?:[^']|'')*')/g } }

# The columns in which two rows of the same key differ.
sub _differing
{
    my ($is, $was) = sort @_;
    return unless @_ == 2 && "$is$was" =~ /^\+.*-/s;
    ($is, $was) = (_values($is), _values($was));
    return grep { ($was->{$_} // '') ne ($is->{$_} // '') } sort keys %$was;
}

sub _columns
{
    my ($key, @lines) = @_;
    my @differing = _differing(@lines) or return @lines;
    my ($is, $was) = map { _values($_) } sort @lines;
    return "$key: " . join ', ', map { "$_ was $was->{$_}, is $is->{$_}" } @differing;
}

1;
