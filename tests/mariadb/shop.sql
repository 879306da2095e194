-- A shop on MariaDB: flaws as they grow in real ones, and beside each a look-alike that is right.

CREATE TABLE countries (
  code char(2) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  name varchar(60) NOT NULL UNIQUE
);
INSERT INTO countries SELECT concat(char(65 + seq DIV 26), char(65 + seq % 26)), concat('country ', seq) FROM seq_0_to_199;

-- flaws: email is unique but not declared, newsletter is Y or N as text, the default NULL of nickname is a word
-- look-alikes: zip_code and phone are digits that nobody adds up, loyalty_card may be shared
CREATE TABLE customers (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(120) NOT NULL,
  nickname varchar(40) DEFAULT 'NULL',
  phone varchar(20) NOT NULL,
  zip_code varchar(10) NOT NULL,
  country_code char(2) CHARACTER SET ascii NOT NULL,
  newsletter char(1) NOT NULL DEFAULT 'Y' COMMENT 'Y or N',
  loyalty_card varchar(20) NULL,
  created_at datetime NOT NULL DEFAULT current_timestamp(),
  CONSTRAINT customers_country FOREIGN KEY (country_code) REFERENCES countries (code)
) COMMENT 'who buys; one row per person';
INSERT INTO customers (email, phone, zip_code, country_code, newsletter, loyalty_card)
  SELECT concat('customer', seq, '@example.org'), concat('00', 4900000 + seq), lpad(seq % 90000, 5, '0'),
    concat(char(65 + (seq % 200) DIV 26), char(65 + (seq % 200) % 26)), IF(seq % 3, 'Y', 'N'), IF(seq % 5, NULL, concat('L', seq % 500))
  FROM seq_1_to_6000;

-- flaw: an address's customer is referenced by name alone; look-alike: legacy_id is no reference
CREATE TABLE addresses (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint unsigned NOT NULL,
  legacy_id bigint unsigned NOT NULL,
  street varchar(100) NOT NULL
);
INSERT INTO addresses (customer_id, legacy_id, street) SELECT 1 + seq % 6000, seq * 7, concat('street ', seq) FROM seq_1_to_8000;

-- flaws: a row can be its own parent
CREATE TABLE categories (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  parent_id int unsigned NULL,
  title varchar(60) NOT NULL,
  CONSTRAINT categories_parent FOREIGN KEY (parent_id) REFERENCES categories (id)
);
INSERT INTO categories (id, parent_id, title) SELECT seq, nullif(seq DIV 3, 0), concat('category ', seq) FROM seq_1_to_300;
UPDATE categories SET parent_id = id WHERE id = 77;

-- flaws: price is a float, tags are packed, details are JSON as text, a key that another key implies, an index repeated
-- look-alikes: weight_kg and rating are measures
CREATE TABLE products (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku varchar(20) NOT NULL,
  category_id int unsigned NOT NULL,
  name varchar(100) NOT NULL,
  price double NOT NULL DEFAULT 0 COMMENT 'gross, euro',
  weight_kg float NOT NULL DEFAULT 1,
  rating float NULL,
  tags varchar(200) NULL,
  option_list text NULL,
  UNIQUE KEY products_sku (sku),
  UNIQUE KEY products_sku_name (name, sku),
  KEY products_category (category_id),
  KEY products_category_again (category_id),
  KEY products_by_category (category_id, name),
  CONSTRAINT products_category FOREIGN KEY (category_id) REFERENCES categories (id)
);
INSERT INTO products (sku, category_id, name, price, tags, option_list)
  SELECT concat('SKU-', seq), 1 + seq % 300, concat('product ', seq), seq / 10, concat('red,green', repeat(',blue', seq % 3)),
    json_array(seq, 'x') FROM seq_1_to_4000;

-- flaws: no index leads with a foreign key that matters less here; customer_id is required but may be NULL; the number of the
-- customer's country follows from the customer; an AUTO_INCREMENT that nears the end of its int
CREATE TABLE orders (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id bigint unsigned NULL,
  customer_email varchar(120) NOT NULL,
  status enum('new', 'paid', 'sent') NOT NULL DEFAULT 'new',
  placed_at datetime NOT NULL,
  note varchar(200) NULL,
  KEY orders_customer (customer_id),
  KEY orders_placed (placed_at),
  CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
  CONSTRAINT orders_customer_again FOREIGN KEY (customer_id) REFERENCES customers (id)
) AUTO_INCREMENT = 1900000000;
INSERT INTO orders (customer_id, customer_email, status, placed_at, note)
  SELECT 1 + seq % 600, concat('customer', 1 + seq % 600, '@example.org'), elt(1 + seq % 3, 'new', 'paid', 'sent'),
    '2025-01-01' + INTERVAL seq MINUTE, IF(seq % 4, NULL, concat('note ', seq)) FROM seq_1_to_12000;

-- look-alike: a composite key of two numbers is not wide
CREATE TABLE order_items (
  order_id int NOT NULL,
  line int NOT NULL,
  product_id bigint unsigned NOT NULL,
  quantity int NOT NULL,
  amount decimal(12, 2) NOT NULL,
  PRIMARY KEY (order_id, line),
  KEY order_items_product (product_id),
  CONSTRAINT order_items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT order_items_product FOREIGN KEY (product_id) REFERENCES products (id)
);
INSERT INTO order_items SELECT o.id, l.seq, 1 + (o.id + l.seq) % 4000, 1 + o.id % 5, 9.90 FROM orders o JOIN seq_1_to_2 l;

-- flaw: MyISAM loses rows in a crash; look-alike: payments is InnoDB
CREATE TABLE carts (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  session_key varchar(40) NOT NULL,
  changed_at datetime NOT NULL
) ENGINE = MyISAM;
INSERT INTO carts (session_key, changed_at) SELECT md5(seq), '2025-06-01' + INTERVAL seq SECOND FROM seq_1_to_2000;

CREATE TABLE payments (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id int NOT NULL,
  amount decimal(12, 2) NOT NULL,
  paid_at datetime NOT NULL,
  CONSTRAINT payments_order FOREIGN KEY (order_id) REFERENCES orders (id)
);
INSERT INTO payments (order_id, amount, paid_at) SELECT id, 19.80, placed_at FROM orders WHERE id % 2 = 0;

-- flaw: the key contains the mark of deletion and so promises nothing; look-alike: coupons does it right
CREATE TABLE users (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  login varchar(60) NOT NULL,
  deleted_at datetime NULL,
  UNIQUE KEY users_login (login, deleted_at)
);
INSERT INTO users (login) SELECT concat('user', seq) FROM seq_1_to_1500;
CREATE TABLE coupons (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  code varchar(30) NOT NULL,
  deleted_at datetime NULL,
  live tinyint(1) GENERATED ALWAYS AS (IF(deleted_at IS NULL, 1, NULL)) VIRTUAL,
  UNIQUE KEY coupons_code (code, live)
);
INSERT INTO coupons (code, deleted_at) SELECT concat('C', seq % 1200), IF(seq > 1200, now(), NULL) FROM seq_1_to_1500;

-- flaw: no primary key; addresses and devices are texts
CREATE TABLE visits (
  seen_at varchar(19) NOT NULL,
  ip_address varchar(15) NOT NULL,
  device_uuid char(36) NOT NULL,
  duration varchar(10) NOT NULL
);
INSERT INTO visits SELECT '2025-01-01 00:00:00' + INTERVAL seq SECOND, concat('10.0.', seq % 200, '.', seq % 250), uuid(), seq % 900
  FROM seq_1_to_9000;

-- flaw: three-byte utf8 refuses emoji; look-alike: ascii for codes is meant
CREATE TABLE reviews (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id bigint unsigned NOT NULL,
  body varchar(500) CHARACTER SET utf8mb3 NOT NULL,
  CONSTRAINT reviews_product FOREIGN KEY (product_id) REFERENCES products (id)
);
INSERT INTO reviews (product_id, body) SELECT 1 + seq % 4000, concat('fine ', seq) FROM seq_1_to_3000;

-- flaw: a copy that nobody reads; look-alike: price_history is in use
CREATE TABLE orders_backup_20240131 AS SELECT id, customer_id, placed_at FROM orders LIMIT 3000;
CREATE TABLE price_history (
  product_id bigint unsigned NOT NULL,
  valid_from date NOT NULL,
  price decimal(12, 2) NOT NULL,
  PRIMARY KEY (product_id, valid_from),
  CONSTRAINT price_history_product FOREIGN KEY (product_id) REFERENCES products (id)
);
INSERT INTO price_history SELECT seq, '2025-01-01', seq / 10 FROM seq_1_to_4000;

CREATE VIEW paid_orders AS SELECT id, customer_id, placed_at FROM orders WHERE status = 'paid';
CREATE TRIGGER reviews_trimmed BEFORE INSERT ON reviews FOR EACH ROW SET NEW.body = trim(NEW.body);

ANALYZE TABLE countries, addresses, categories, orders, order_items, carts, payments, users, coupons, visits, reviews, orders_backup_20240131, price_history;
ANALYZE TABLE customers PERSISTENT FOR ALL;
ANALYZE TABLE products PERSISTENT FOR COLUMNS (rating) INDEXES ();
