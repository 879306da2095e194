-- A database with every kind of object that is read, and names that need quotes.
CREATE SCHEMA shop; COMMENT ON SCHEMA shop IS 'the shop';
CREATE SCHEMA "Odd ""Schema"" ü";
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE TYPE shop.status AS ENUM ('new', 'paid', 'sent');
CREATE DOMAIN shop.email AS varchar(200) NOT NULL DEFAULT 'x@y.z' CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
COMMENT ON DOMAIN shop.email IS 'mail';
CREATE DOMAIN shop.short_email AS shop.email CHECK (length(VALUE) < 50);
CREATE TYPE shop.address AS (street text, zip varchar(10));
CREATE TYPE shop.floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TABLE shop.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email shop.short_email UNIQUE,
  name varchar(40) COLLATE "C" NOT NULL DEFAULT 'nobody',
  home shop.address,
  tags text[] NOT NULL DEFAULT '{}',
  score numeric(10,2) CHECK (score >= 0),
  "Weird ""Col"" ü" public.citext,
  created timestamptz NOT NULL DEFAULT now(),
  full_name text GENERATED ALWAYS AS (upper(name)) STORED,
  state shop.status DEFAULT 'new'
);
COMMENT ON TABLE shop.customers IS 'who buys'; COMMENT ON COLUMN shop.customers.name IS 'the name';
CREATE TABLE shop.orders (
  id serial PRIMARY KEY,
  customer_id bigint NOT NULL CONSTRAINT fk_c REFERENCES shop.customers ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  placed timestamp(3) NOT NULL, note text, during tstzrange,
  CONSTRAINT no_overlap EXCLUDE USING gist (customer_id WITH =, during WITH &&)
);
ALTER TABLE shop.orders ADD CONSTRAINT note_len CHECK (length(note) < 100) NOT VALID;
COMMENT ON CONSTRAINT note_len ON shop.orders IS 'not too long';
CREATE INDEX ix_lower ON shop.orders (lower(note) text_pattern_ops, placed DESC) INCLUDE (customer_id) WHERE note IS NOT NULL;
COMMENT ON INDEX shop.ix_lower IS 'an index';
CREATE INDEX ix_coll ON shop.customers (name COLLATE "C", email) WITH (fillfactor = 70);
CREATE INDEX ix_tags ON shop.customers USING gin (tags);
CREATE TABLE shop.events (at timestamptz NOT NULL, id bigint NOT NULL, customer_id bigint REFERENCES shop.customers, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE shop.events_2024 PARTITION OF shop.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.events_2025 PARTITION OF shop.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY HASH (id);
CREATE TABLE shop.events_2025_0 PARTITION OF shop.events_2025 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX ix_events_customer ON shop.events (customer_id);
CREATE TABLE shop.event_notes (id bigint, at timestamptz, k int, FOREIGN KEY (id, at) REFERENCES shop.events (id, at), PRIMARY KEY (k, id)) PARTITION BY LIST (k);
CREATE TABLE shop.event_notes_1 PARTITION OF shop.event_notes FOR VALUES IN (1);
CREATE TABLE shop.parent (a int, b text); CREATE TABLE shop.child (c int) INHERITS (shop.parent);
CREATE UNLOGGED TABLE shop.scratch (x json);
CREATE TABLE "Odd ""Schema"" ü"."Select" ("from" int PRIMARY KEY, "Größe" text, "a b" text);
CREATE INDEX "My ""Index""" ON "Odd ""Schema"" ü"."Select" ("a b" DESC NULLS LAST);
CREATE VIEW shop.big AS SELECT o.id, c.name FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id; COMMENT ON VIEW shop.big IS 'v';
CREATE VIEW shop.bigger WITH (security_barrier) AS SELECT * FROM shop.big;
CREATE MATERIALIZED VIEW shop.totals AS SELECT customer_id, count(*) n FROM shop.orders GROUP BY 1; CREATE UNIQUE INDEX ON shop.totals (customer_id);
CREATE SEQUENCE shop.numbers START 100 INCREMENT 5 MAXVALUE 1000 CYCLE; SELECT nextval('shop.numbers');
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON shop.orders FOR EACH ROW WHEN (NEW.note IS NOT NULL) EXECUTE FUNCTION shop.touch();
CREATE TRIGGER touch_e AFTER DELETE ON shop.events FOR EACH ROW EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.orders DISABLE TRIGGER touch;
CREATE PROCEDURE shop.clean(IN days int) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.add(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT a + b';
REVOKE EXECUTE ON FUNCTION shop.add(int, int) FROM PUBLIC;
CREATE AGGREGATE shop.total(int) (SFUNC = shop.add, STYPE = int, INITCOND = '0');
ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.customers FOR SELECT USING (name = current_user);
CREATE STATISTICS shop.st (ndistinct, dependencies) ON name, email FROM shop.customers;
INSERT INTO shop.customers (email, name, tags, score) SELECT 'u' || i || '@x.y', 'n' || i % 20, ARRAY['a', 'b' || i % 5], i FROM generate_series(1, 2000) i;
INSERT INTO shop.orders (customer_id, placed, note) SELECT 1 + i % 2000, now(), repeat('x', i % 50) FROM generate_series(1, 5000) i;
INSERT INTO shop.events SELECT timestamptz '2025-02-01' + i * interval '1 hour', i, 1 + i % 100 FROM generate_series(1, 500) i;
INSERT INTO "Odd ""Schema"" ü"."Select" SELECT i, 'ü' || i, NULL FROM generate_series(1, 300) i;
CREATE EXTENSION IF NOT EXISTS file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; 
CREATE FOREIGN TABLE shop.lines (line text) SERVER files OPTIONS (filename '/etc/hostname');
CREATE PUBLICATION pub FOR TABLE shop.orders;
ALTER TABLE shop.parent REPLICA IDENTITY FULL;
DO $$ BEGIN CREATE ROLE poor_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT USAGE ON SCHEMA shop TO poor_reader; GRANT SELECT ON shop.orders TO poor_reader; GRANT SELECT (id, name) ON shop.customers TO poor_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO poor_reader;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.api_key = %L', current_database(), 'hush-hush'); END $$;
ANALYZE;
