-- The shop's back office: people, rights, logs. Flaws and look-alikes as in shop.sql.

SET search_path = shop;

CREATE UNLOGGED TABLE gift_cards (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    card_number text NOT NULL UNIQUE,
    balance numeric(12, 2) NOT NULL
);
INSERT INTO gift_cards (card_number, balance) SELECT 'GC' || lpad(i::text, 12, '0'), (i % 200) / 2.0 FROM generate_series(1, 2000) i;

-- people and rights ---------------------------------------------------------------------------------------------------------

-- each department needs a head and each head a department: a circle that no first row can enter
CREATE TABLE departments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    head_id bigint NOT NULL
);
CREATE INDEX departments_head_id ON departments (head_id);
CREATE TABLE staff (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id bigint NOT NULL REFERENCES departments (id),
    login text NOT NULL UNIQUE,
    password text NOT NULL
);
CREATE INDEX staff_department_id ON staff (department_id);
INSERT INTO departments (name, head_id) SELECT 'Department ' || i, i FROM generate_series(1, 40) i;
INSERT INTO staff (department_id, login, password) SELECT 1 + i % 40, 'staff' || i, 'summer' || 2000 + i FROM generate_series(1, 1500) i;
ALTER TABLE departments ADD CONSTRAINT departments_head FOREIGN KEY (head_id) REFERENCES staff (id);

-- look-alike: the password is hashed, and the circle has a way in, for an agency may be without a contact
CREATE TABLE agencies (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    contact_id bigint
);
CREATE INDEX agencies_contact_id ON agencies (contact_id);
CREATE TABLE partners (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id bigint NOT NULL REFERENCES agencies (id),
    login text NOT NULL UNIQUE,
    password_hash text NOT NULL
);
CREATE INDEX partners_agency_id ON partners (agency_id);
INSERT INTO agencies (name) SELECT 'Agency ' || i FROM generate_series(1, 40) i;
ALTER TABLE agencies ADD CONSTRAINT agencies_contact FOREIGN KEY (contact_id) REFERENCES partners (id);
INSERT INTO partners (agency_id, login, password_hash)
SELECT 1 + i % 40, 'partner' || i, '$2b$12$' || substr(md5('a' || i) || md5('b' || i), 1, 53) FROM generate_series(1, 1500) i;

-- policies were written, but never switched on
CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    amount numeric(12, 2) NOT NULL
);
CREATE INDEX invoices_customer_id ON invoices (customer_id);
CREATE POLICY invoices_own ON invoices USING (customer_id = (SELECT nullif(current_setting('shop.customer', true), '')::bigint));
GRANT SELECT ON invoices TO shop_app;
INSERT INTO invoices (customer_id, amount) SELECT 1 + i % 12000, i % 700 FROM generate_series(1, 9000) i;

-- look-alike: switched on
CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    body text NOT NULL
);
CREATE INDEX messages_customer_id ON messages (customer_id);
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY messages_own ON messages USING (customer_id = (SELECT nullif(current_setting('shop.customer', true), '')::bigint));
GRANT SELECT ON messages TO shop_app;
INSERT INTO messages (customer_id, body) SELECT 1 + i % 12000, 'Message ' || i FROM generate_series(1, 5000) i;

-- row security without a policy: nobody but the owner sees a row; policies that let everybody write
CREATE TABLE payouts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    amount numeric(12, 2) NOT NULL
);
ALTER TABLE payouts ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON payouts TO shop_app;
INSERT INTO payouts (amount) SELECT i % 900 FROM generate_series(1, 1200) i;
CREATE TABLE news (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    headline text NOT NULL
);
ALTER TABLE news ENABLE ROW LEVEL SECURITY;
CREATE POLICY news_readable ON news FOR SELECT USING (true);
CREATE POLICY news_changed ON news FOR UPDATE USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON news TO shop_app;
INSERT INTO news (headline) SELECT 'News ' || i FROM generate_series(1, 1200) i;

-- one view shows everybody's messages to shop_report, the other those that the reader may see
CREATE VIEW message_sizes AS SELECT customer_id, length(body) AS size FROM messages;
CREATE VIEW message_counts WITH (security_invoker = true) AS SELECT customer_id, count(*) AS messages FROM messages GROUP BY customer_id;

CREATE FUNCTION close_account(customer bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    AS 'UPDATE shop.customers SET deleted_at = now() WHERE id = customer';
-- look-alike: fixed search_path
CREATE FUNCTION reopen_account(customer bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
    AS 'UPDATE shop.customers SET deleted_at = NULL WHERE id = customer';

GRANT SELECT, INSERT, UPDATE, DELETE ON customers, addresses, orders, order_items, partners, payments, stock, web_sessions TO shop_app;
GRANT SELECT ON ALL TABLES IN SCHEMA shop TO shop_report;
GRANT UPDATE ON coupons TO PUBLIC;

CREATE VIEW best_customers AS
    SELECT c.id, c.full_name, sum(o.total) AS spent FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.full_name;
CREATE MATERIALIZED VIEW sales_by_product AS
    SELECT i.product_id, sum(i.quantity) AS sold FROM order_items i GROUP BY i.product_id;

-- numbers, logs, jobs -------------------------------------------------------------------------------------------------------

-- the column has room, its sequence does not
CREATE SEQUENCE ticket_numbers MAXVALUE 99999;
CREATE TABLE tickets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_number bigint NOT NULL DEFAULT nextval('ticket_numbers') UNIQUE,
    subject text NOT NULL
);
INSERT INTO tickets (ticket_number, subject) SELECT 90000 + i, 'Ticket ' || i FROM generate_series(1, 2500) i;
SELECT setval('ticket_numbers', 92500);
-- look-alike: numbers of the day, meant to start again
CREATE SEQUENCE pickup_numbers MAXVALUE 999 CYCLE;
CREATE TABLE pickups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pickup_of_day integer NOT NULL DEFAULT nextval('pickup_numbers'),
    ready_at timestamptz NOT NULL
);
INSERT INTO pickups (pickup_of_day, ready_at)
SELECT 1 + i % 999, timestamptz '2025-04-01 00:00+00' + i * interval '11 minutes' FROM generate_series(1, 1900) i;
SELECT setval('pickup_numbers', 900);

-- most rows were sent and deleted; the table gave its pages back, the index did not
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient text NOT NULL
);
CREATE INDEX outbox_recipient ON outbox (recipient);
INSERT INTO outbox (recipient) SELECT 'customer' || i || '@example.org' FROM generate_series(1, 30000) i;
DELETE FROM outbox WHERE id > 3000;
-- look-alike: as large, and nothing was deleted
CREATE TABLE inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX inbox_sender ON inbox (sender);
INSERT INTO inbox (sender) SELECT 'customer' || i || '@example.org' FROM generate_series(1, 30000) i;

-- a wide key that other tables repeat
CREATE TABLE texts (
    locale text NOT NULL,
    page text NOT NULL,
    slot text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (locale, page, slot)
);
CREATE TABLE text_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    locale text NOT NULL,
    page text NOT NULL,
    slot text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT text_changes_text FOREIGN KEY (locale, page, slot) REFERENCES texts
);
CREATE INDEX text_changes_text ON text_changes (locale, page, slot);
INSERT INTO texts
SELECT (ARRAY['de-DE', 'en-GB', 'fr-FR'])[1 + i % 3], 'page-of-the-shop-' || i / 30, 'headline-' || i % 30, 'Text ' || i FROM generate_series(0, 2999) i;
INSERT INTO text_changes (locale, page, slot, changed_at)
SELECT locale, page, slot, timestamptz '2025-01-01 00:00+00' + n * interval '1 day' FROM texts, generate_series(1, 2) n;

-- a trigger that was switched off for an import, and one that works
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER payouts_touch BEFORE UPDATE ON payouts FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER tickets_touch BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE tickets DISABLE TRIGGER tickets_touch;

-- partitions of thirty days. The ends depend on today, so that the first table's are used up in twenty days and the second's in
-- four months whenever this runs; the rows do not.
CREATE TABLE scans (
    scanned_at timestamptz NOT NULL,
    parcel bigint NOT NULL,
    PRIMARY KEY (parcel, scanned_at)
) PARTITION BY RANGE (scanned_at);
CREATE TABLE price_changes (
    changed_at timestamptz NOT NULL,
    product_id bigint NOT NULL REFERENCES products (id),
    PRIMARY KEY (product_id, changed_at)
) PARTITION BY RANGE (changed_at);
SET TimeZone = 'UTC';
DO $$
DECLARE
    start timestamptz := date_trunc('day', now()) - interval '10 days';
    length interval := interval '30 days';
BEGIN
    EXECUTE format('CREATE TABLE scans_before PARTITION OF scans FOR VALUES FROM (''2020-01-01'') TO (%L)', start);
    EXECUTE format('CREATE TABLE scans_last PARTITION OF scans FOR VALUES FROM (%L) TO (%L)', start, start + length);
    EXECUTE format('CREATE TABLE price_changes_before PARTITION OF price_changes FOR VALUES FROM (''2020-01-01'') TO (%L)', start);
    FOR n IN 0..3 LOOP
        EXECUTE format('CREATE TABLE price_changes_%s PARTITION OF price_changes FOR VALUES FROM (%L) TO (%L)', n,
            start + n * length, start + (n + 1) * length);
    END LOOP;
END $$;
CREATE TABLE price_changes_rest PARTITION OF price_changes DEFAULT;
INSERT INTO scans SELECT timestamptz '2025-01-01 00:00+00' + i * interval '1 hour', i % 900 FROM generate_series(1, 4000) i;
INSERT INTO price_changes SELECT timestamptz '2025-01-01 00:00+00' + i * interval '1 hour', 1 + i % 6000 FROM generate_series(1, 4000) i;
