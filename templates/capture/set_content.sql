-- What rows of the change log that are alive take of it. Lock: ACCESS SHARE on our own tables.
SELECT coalesce(sum(size), 0)::bigint AS bytes
  FROM (SELECT pg_column_size(d) AS size FROM :log AS d
        UNION ALL SELECT pg_column_size(d) FROM :written AS d
        UNION ALL SELECT pg_column_size(d) FROM :dirty AS d
        UNION ALL SELECT pg_column_size(d) FROM :applied AS d
        UNION ALL SELECT pg_column_size(d) FROM :held AS d) AS s;
