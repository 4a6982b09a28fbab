-- The table with the most dead rows of those in which they are more than a fifth and 50 (0 or 1 rows): the rule and the
-- defaults of PostgreSQL's autovacuum. What had died before a kill is not counted.
SELECT format('%I.%I', schemaname, pg_class.relname) AS name
FROM pg_stat_user_tables
JOIN pg_class ON pg_class.oid = relid
WHERE n_dead_tup > 50 + 0.2 * greatest(reltuples, 0)
ORDER BY n_dead_tup DESC
LIMIT 1;
