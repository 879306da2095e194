-- What PostgreSQL 15 brought.
ALTER TABLE shop.customers ADD amount numeric(6,-2);
CREATE TABLE shop.seats (
  line int, seat int, customer_id bigint, UNIQUE NULLS NOT DISTINCT (line, seat),
  CONSTRAINT seat_c FOREIGN KEY (customer_id) REFERENCES shop.customers ON DELETE SET NULL (customer_id)
);
CREATE VIEW shop.own_orders WITH (security_invoker = true) AS SELECT id, note FROM shop.orders;
CREATE PUBLICATION part FOR TABLE shop.customers (id, name) WHERE (id > 10);
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA shop;
