-- The schema as statements, one a row, the same on every version of PostgreSQL that we run on.
-- Params: none.
WITH tables AS (
  SELECT oid, relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
), columns AS (
  SELECT
    attrelid,
    string_agg(
      '  ' || attname || ' ' || format_type(atttypid, atttypmod)
        || CASE WHEN attcollation <> 0 THEN ' COLLATE "' || collname || '"' ELSE '' END
        || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
        || CASE WHEN adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(adbin, adrelid) ELSE '' END,
      E',\n' ORDER BY attnum
    ) AS list
  FROM pg_attribute
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  LEFT JOIN pg_collation ON pg_collation.oid = attcollation
  WHERE attnum > 0 AND NOT attisdropped
  GROUP BY attrelid
), indexes AS (
  -- Without the schema's name: it is the database's business.
  SELECT indrelid, replace(pg_get_indexdef(indexrelid), ' ON ' || current_schema() || '.', ' ON ') AS definition
  FROM pg_index
)
SELECT relname COLLATE "C" AS table_name, 0 AS part, 'CREATE TABLE ' || relname || E' (\n' || list || E'\n)' AS statement
FROM tables JOIN columns ON attrelid = oid
UNION ALL
SELECT relname COLLATE "C", 1, definition FROM tables JOIN indexes ON indrelid = oid
ORDER BY table_name, part, statement;
