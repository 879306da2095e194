-- What PostgreSQL 14 brought.
CREATE TABLE shop.spans (id int PRIMARY KEY, closed int4multirange, packed text COMPRESSION pglz);
CREATE FUNCTION shop.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a * 2; END;
CREATE PROCEDURE shop.tally(OUT n bigint) LANGUAGE sql AS 'SELECT 1::bigint';
CREATE STATISTICS shop.st_expression (mcv) ON lower(name), state FROM shop.customers;
ANALYZE shop.customers;
