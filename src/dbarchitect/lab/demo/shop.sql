-- The demo shop: a small web shop that grew without a database architect. Everything is generated from row numbers, so that every
-- run gives the same rows. The flaws and the clean look-alikes beside them are listed in docs/reference/demo-shop.md.

CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'The web shop';
SET search_path = shop;

CREATE ROLE shop_app LOGIN;
CREATE ROLE shop_report LOGIN;
CREATE ROLE shop_admin SUPERUSER LOGIN;
GRANT USAGE ON SCHEMA shop TO PUBLIC;
GRANT CREATE ON SCHEMA shop TO PUBLIC;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent', 'returned');

-- customers ---------------------------------------------------------------------------------------------------------------

CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    full_name text,
    phone text NOT NULL,
    postal_code text NOT NULL,
    newsletter boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    deleted_at timestamptz
);
COMMENT ON TABLE customers IS 'People who have an account';
INSERT INTO customers (email, full_name, phone, postal_code, newsletter, created_at, updated_at, deleted_at)
SELECT 'customer' || i || '@example.org', 'Customer ' || i, lpad((i * 7919 % 100000000)::text, 9, '0'), lpad((i * 31 % 99999)::text, 5, '0'),
       i % 5 < 2, timestamptz '2023-01-01 00:00+00' + i * interval '1 hour', timestamp '2024-01-01' + i * interval '50 minutes',
       CASE WHEN i % 40 = 0 THEN timestamptz '2025-01-01 00:00+00' + i * interval '1 minute' END
FROM generate_series(1, 12000) i;

-- deleted_at means "gone", yet the unique code stays taken for ever
CREATE TABLE coupons (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    percent integer NOT NULL CHECK (percent BETWEEN 1 AND 90),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
INSERT INTO coupons (code, percent, created_at, deleted_at)
SELECT 'C' || md5(i::text), 5 + i % 50, timestamptz '2024-01-01 00:00+00' + i * interval '1 hour',
       CASE WHEN i % 2 = 0 THEN timestamptz '2025-02-01 00:00+00' END
FROM generate_series(1, 3000) i;

-- look-alike: a soft delete done well
CREATE TABLE promotions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    percent integer NOT NULL CHECK (percent BETWEEN 1 AND 90),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX promotions_code_live ON promotions (code) WHERE deleted_at IS NULL;
INSERT INTO promotions (code, percent, created_at, deleted_at)
SELECT 'P' || md5((i / 2)::text), 5 + i % 50, timestamptz '2024-01-01 00:00+00' + i * interval '1 hour',
       CASE WHEN i % 2 = 0 THEN timestamptz '2025-02-01 00:00+00' END
FROM generate_series(1, 3000) i;

CREATE TABLE addresses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    address_line1 text NOT NULL,
    address_line2 text,
    city text NOT NULL,
    phone1 text,
    phone2 text,
    phone3 text
);
INSERT INTO addresses (customer_id, address_line1, address_line2, city, phone1, phone2, phone3)
SELECT 1 + i % 12000, 'Street ' || i, CASE WHEN i % 3 = 0 THEN 'Floor ' || i % 9 END, 'City ' || i % 300,
       '+49' || lpad((i * 13 % 10000000)::text, 8, '0'), CASE WHEN i % 4 = 0 THEN '+49' || lpad((i * 17 % 10000000)::text, 8, '0') END,
       CASE WHEN i % 20 = 0 THEN '+49' || lpad((i * 19 % 10000000)::text, 8, '0') END
FROM generate_series(1, 15000) i;

-- products ----------------------------------------------------------------------------------------------------------------

CREATE TABLE categories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint REFERENCES categories (id),
    name text NOT NULL UNIQUE
);
CREATE INDEX categories_parent_id ON categories (parent_id);
INSERT INTO categories (parent_id, name) SELECT NULL, 'Department ' || i FROM generate_series(1, 12) i;
INSERT INTO categories (parent_id, name) SELECT 1 + i % 12, 'Category ' || i FROM generate_series(1, 200) i;

CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_id bigint NOT NULL REFERENCES categories (id),
    sku text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    price double precision NOT NULL,
    weight_kg double precision NOT NULL,
    tags text NOT NULL,
    keywords text[] NOT NULL,
    attributes json NOT NULL,
    details jsonb NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX products_category_id ON products (category_id);
CREATE INDEX products_active ON products (active);
CREATE INDEX products_name ON products (name);
CREATE INDEX products_name_category ON products (name, category_id);
CREATE INDEX products_details ON products USING gin (details);
CREATE INDEX products_newest ON products (category_id, created_at DESC);
INSERT INTO products (category_id, sku, name, description, price, weight_kg, tags, keywords, attributes, details, active, created_at)
SELECT 13 + i % 200, 'SKU-' || upper(substr(md5(i::text), 1, 10)) || '-' || i, 'Product ' || i,
       'A fine product, made with care, number ' || i || ', for people who like it.', (i * 7 % 20000) / 100.0, (i % 300) / 10.0,
       'tag' || i % 7 || ',tag' || i % 11 || ',tag' || i % 13, ARRAY['tag' || i % 7, 'tag' || i % 11],
       json_build_object('colour', 'c' || i % 9), jsonb_build_object('size', i % 40, 'origin', 'o' || i % 30), i % 3 <> 0,
       timestamptz '2023-06-01 00:00+00' + i * interval '90 minutes'
FROM generate_series(1, 6000) i;

-- look-alike of the redundant index: the same leading column, but unique, partial or in another order
CREATE TABLE suppliers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    city char(20) NOT NULL,
    country char(2) NOT NULL,
    rating numeric(3, 1) NOT NULL
);
CREATE UNIQUE INDEX suppliers_name ON suppliers (name);
CREATE INDEX suppliers_name_country ON suppliers (name, country);
CREATE INDEX suppliers_rating_first ON suppliers (rating DESC NULLS LAST);
CREATE INDEX suppliers_rating ON suppliers (rating);
INSERT INTO suppliers (name, city, country, rating)
SELECT 'Supplier ' || i, 'City ' || i % 70, (ARRAY['DE', 'FR', 'IT', 'PL'])[1 + i % 4], (i % 50) / 10.0 FROM generate_series(1, 4000) i;

CREATE TABLE product_categories (
    product_id bigint NOT NULL REFERENCES products (id),
    category_id bigint NOT NULL REFERENCES categories (id),
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX product_categories_category_id ON product_categories (category_id);
INSERT INTO product_categories SELECT i, 13 + (i * 3) % 200 FROM generate_series(1, 6000) i;

-- anything goes: entity, attribute, value
CREATE TABLE product_attributes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES products (id),
    attribute text NOT NULL,
    value text
);
CREATE INDEX product_attributes_product_id ON product_attributes (product_id);
INSERT INTO product_attributes (product_id, attribute, value)
SELECT 1 + i % 6000, (ARRAY['colour', 'width', 'height', 'released', 'washable'])[1 + i / 6000], 'v' || i % 97
FROM generate_series(0, 29999) i;

-- orders ------------------------------------------------------------------------------------------------------------------

CREATE TABLE orders (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    status order_status NOT NULL,
    placed_at timestamptz NOT NULL,
    total numeric(12, 2) NOT NULL,
    item_count integer,
    coupon_code text,
    gift_note text
);
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_open ON orders (placed_at) WHERE status = 'new';
CREATE INDEX orders_coupon_code ON orders (coupon_code);
INSERT INTO orders (id, customer_id, status, placed_at, total, item_count, coupon_code)
SELECT 1900000000 + i, 1 + i * 7 % 12000, (ARRAY['new', 'paid', 'sent', 'sent', 'sent', 'returned'])[1 + i % 6]::order_status,
       timestamptz '2024-01-01 00:00+00' + i * interval '25 minutes', (i * 37 % 100000) / 100.0, 2,
       CASE WHEN i % 50 = 0 THEN 'C' || md5((i / 50)::text) END
FROM generate_series(1, 40000) i;
SELECT setval(pg_get_serial_sequence('shop.orders', 'id'), 1900040000);

-- look-alike: the foreign key to orders needs no index of its own, its column leads the primary key; product_id is narrower than what it
-- points at
CREATE TABLE order_items (
    order_id integer NOT NULL REFERENCES orders (id),
    line_number smallint NOT NULL,
    product_id integer NOT NULL REFERENCES products (id),
    quantity integer NOT NULL,
    price numeric(12, 2) NOT NULL,
    PRIMARY KEY (order_id, line_number)
);
CREATE INDEX order_items_product_id ON order_items (product_id);
INSERT INTO order_items
SELECT 1900000001 + i / 2, 1 + i % 2, 1 + i * 11 % 6000, 1 + i % 4, (i * 7 % 20000) / 100.0 FROM generate_series(0, 79999) i;

-- the amount is money; the time is a number; an old rule was never checked; order_id is wider than the key, which does no harm
CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders (id),
    amount money NOT NULL,
    paid_at bigint NOT NULL,
    reference uuid NOT NULL,
    provider text NOT NULL
);
CREATE INDEX payments_order_id ON payments (order_id);
INSERT INTO payments (order_id, amount, paid_at, reference, provider)
SELECT 1900000000 + i, ((i * 37 % 100000) / 100.0)::numeric::money, 1704067200 + i * 1500, md5('pay' || i)::uuid, 'provider ' || i % 3
FROM generate_series(1, 30000) i;
ALTER TABLE payments ADD CONSTRAINT payments_paid_after_2020 CHECK (paid_at > 1577836800) NOT VALID;

-- customer_id and product_id are references that nobody declared; legacy_id only sounds like one
CREATE TABLE reviews (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL,
    product_id bigint NOT NULL REFERENCES products (id),
    legacy_id bigint,
    rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    verified text NOT NULL,
    body text NOT NULL
);
CREATE INDEX reviews_customer_id ON reviews (customer_id);
CREATE INDEX reviews_product_id ON reviews (product_id);
INSERT INTO reviews (customer_id, product_id, legacy_id, rating, verified, body)
SELECT 1 + i * 3 % 12000, 1 + i * 5 % 6000, i * 1000003::bigint, 1 + i % 5, (ARRAY['Y', 'N'])[1 + i % 2], 'I think that product is nice, number ' || i
FROM generate_series(1, 18000) i;

-- look-alike of the reference that nobody declared: supplier_id sounds like one, but its values are somebody else's. The weight is text;
-- the tracking number, with its leading zeros, is text for good reason. The carrier's name depends on carrier_number alone.
CREATE TABLE shipments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id integer NOT NULL UNIQUE REFERENCES orders (id),
    supplier_id bigint NOT NULL,
    carrier_number integer NOT NULL,
    carrier_name text NOT NULL,
    driver_number integer NOT NULL,
    driver_name text NOT NULL,
    tracking_number text NOT NULL UNIQUE,
    weight text NOT NULL,
    sent_at timestamptz NOT NULL
);
ALTER TABLE shipments ADD CONSTRAINT shipments_order FOREIGN KEY (order_id) REFERENCES orders (id);
COMMENT ON COLUMN shipments.supplier_id IS 'The carrier''s own number, not our supplier';
INSERT INTO shipments (order_id, supplier_id, carrier_number, carrier_name, driver_number, driver_name, tracking_number, weight, sent_at)
SELECT 1900000000 + i, 900000 + i % 77, 1 + i % 60, 'Carrier ' || 1 + i % 60, 1 + i % 90, 'Driver ' || 1 + (i / 7) % 90,
       lpad(i::text, 10, '0'), ((i % 400) / 10.0)::text, timestamptz '2024-02-01 00:00+00' + i * interval '20 minutes'
FROM generate_series(1, 15000) i;

-- look-alike of the duplicate foreign key: two references to one table over different columns
CREATE TABLE returns (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders (id),
    replacement_order_id bigint REFERENCES orders (id),
    reason text NOT NULL
);
CREATE INDEX returns_order_id ON returns (order_id);
CREATE INDEX returns_replacement_order_id ON returns (replacement_order_id);
INSERT INTO returns (order_id, replacement_order_id, reason)
SELECT 1900000000 + i, CASE WHEN i % 2 = 0 THEN 1900020000 + i END, 'Reason ' || i % 5 FROM generate_series(1, 3000) i;

-- twelve carts outlived their customers
CREATE TABLE carts (
    id bigserial PRIMARY KEY,
    customer_id bigint NOT NULL,
    is_gift smallint NOT NULL,
    priority smallint NOT NULL,
    filled_at timestamptz NOT NULL
);
CREATE INDEX carts_customer_id ON carts (customer_id);
INSERT INTO carts (customer_id, is_gift, priority, filled_at)
SELECT CASE WHEN i % 700 = 0 THEN 90000 + i ELSE 1 + i % 12000 END, i % 2, i % 2, timestamptz '2025-03-01 00:00+00' + i * interval '7 minutes'
FROM generate_series(1, 8400) i;

-- traffic -----------------------------------------------------------------------------------------------------------------

-- no key at all; a UUID, an address and a date kept as text
CREATE TABLE web_sessions (
    session_uuid text NOT NULL,
    client_ip text NOT NULL,
    first_seen text NOT NULL,
    user_agent text NOT NULL
);
INSERT INTO web_sessions
SELECT md5('s' || i)::uuid::text, '10.' || i % 200 || '.' || i % 250 || '.' || i % 253, (date '2025-01-01' + i % 300)::text, 'Browser/' || i % 30
FROM generate_series(1, 20000) i;

-- partitioned as it should be, but rows fell into the default partition
CREATE TABLE page_views (
    id bigint GENERATED ALWAYS AS IDENTITY,
    viewed_at timestamptz NOT NULL,
    customer_id bigint REFERENCES customers (id),
    path text NOT NULL,
    PRIMARY KEY (viewed_at, id)
) PARTITION BY RANGE (viewed_at);
CREATE TABLE page_views_2025q1 PARTITION OF page_views FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2025-04-01 00:00+00');
CREATE TABLE page_views_2025q2 PARTITION OF page_views FOR VALUES FROM ('2025-04-01 00:00+00') TO ('2025-07-01 00:00+00');
CREATE TABLE page_views_rest PARTITION OF page_views DEFAULT;
CREATE INDEX page_views_customer_id ON page_views (customer_id);
INSERT INTO page_views (viewed_at, customer_id, path)
SELECT timestamptz '2025-01-01 00:00+00' + i * interval '5 minutes', 1 + i % 12000, '/p/' || i % 6000 FROM generate_series(1, 60000) i;

-- one table a year instead of partitions
CREATE TABLE sales_2023 (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date NOT NULL, product_id bigint NOT NULL, sold integer NOT NULL);
CREATE TABLE sales_2024 (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date NOT NULL, product_id bigint NOT NULL, sold integer NOT NULL);
CREATE TABLE sales_2025 (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date NOT NULL, product_id bigint NOT NULL, sold integer NOT NULL);
INSERT INTO sales_2023 (day, product_id, sold) SELECT date '2023-01-01' + i % 365, 1 + i % 6000, i % 9 FROM generate_series(1, 4000) i;
INSERT INTO sales_2024 (day, product_id, sold) SELECT date '2024-01-01' + i % 365, 1 + i % 6000, i % 9 FROM generate_series(1, 4000) i;
INSERT INTO sales_2025 (day, product_id, sold) SELECT date '2025-01-01' + i % 365, 1 + i % 6000, i % 9 FROM generate_series(1, 4000) i;

-- a copy somebody made before a risky day
CREATE TABLE customers_backup_20240301 AS SELECT * FROM customers WHERE id <= 5000;

-- updated all day, with autovacuum switched off
CREATE TABLE stock (
    product_id bigint PRIMARY KEY REFERENCES products (id),
    on_hand integer NOT NULL,
    reserved integer NOT NULL DEFAULT 0
) WITH (autovacuum_enabled = false);
INSERT INTO stock SELECT i, i % 500 FROM generate_series(1, 6000) i;
