-- The values that our own statements are read, and catalogs printed, under: names mean the server's own
-- objects, and text is of one form that any session reads back. scope: SESSION, or LOCAL within a
-- transaction. Lock: none.
SET :scope search_path = pg_catalog, pg_temp;
SET :scope DateStyle = 'ISO, YMD';
SET :scope IntervalStyle = 'postgres';
SET :scope TimeZone = 'UTC';
SET :scope extra_float_digits = 1;
SET :scope bytea_output = 'hex';
SET :scope xmloption = 'content';
SET :scope xmlbinary = 'base64';
SET :scope array_nulls = on;
SET :scope transform_null_equals = off;
SET :scope quote_all_identifiers = off;
