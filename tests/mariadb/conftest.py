"""A rich schema on a private MariaDB."""

from collections.abc import Iterator

import pytest

from dbarchitect.lab.mariadb import PrivateMariaDB

RICH = (
    """CREATE TABLE rich.customers (
      id int unsigned NOT NULL AUTO_INCREMENT, name varchar(40) NOT NULL DEFAULT 'x''y' COMMENT 'it''s', email varchar(80) UNIQUE,
      active boolean NOT NULL DEFAULT true, status enum('new','it''s') NOT NULL DEFAULT 'new', profile json,
      balance decimal(10,2) unsigned NOT NULL DEFAULT 0, born date, seen timestamp(3) NULL ON UPDATE current_timestamp(3),
      made datetime NOT NULL DEFAULT current_timestamp, twice int AS (id_group * 2) STORED, id_group int, who uuid, note text,
      PRIMARY KEY (id), KEY by_name (name(10) DESC, born) COMMENT 'hey', KEY hidden (born) IGNORED, FULLTEXT KEY words (note),
      CONSTRAINT rich_enough CHECK (balance >= 0)
    ) COMMENT='who buys' AUTO_INCREMENT=500""",
    """CREATE TABLE rich.orders (
      id bigint NOT NULL AUTO_INCREMENT, customer_id int unsigned, place point NOT NULL, PRIMARY KEY (id), SPATIAL KEY spot (place),
      CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE SET NULL)""",
    """CREATE TABLE rich.events (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE COLUMNS (at)
       (PARTITION p0 VALUES LESS THAN ('2025-01-01'), PARTITION p1 VALUES LESS THAN (MAXVALUE))""",
    'CREATE TABLE rich.`we``ird "T" ünï` (`a b` int PRIMARY KEY, `C``d` varchar(5), KEY `i``x %s` (`C``d`)) ENGINE=MyISAM',
    "CREATE VIEW rich.buyers AS SELECT c.id, o.id AS order_id FROM rich.customers c JOIN rich.orders o ON o.customer_id = c.id",
    "CREATE SEQUENCE rich.numbers START WITH 5 INCREMENT BY 2 CACHE 10",
    "CREATE TRIGGER rich.stamp BEFORE INSERT ON rich.customers FOR EACH ROW SET NEW.name = trim(NEW.name)",
    "CREATE FUNCTION rich.plus(a int, b varchar(10)) RETURNS int DETERMINISTIC COMMENT 'c' RETURN a + 1",
    "CREATE PROCEDURE rich.half(IN a int, OUT b decimal(10,2)) SQL SECURITY INVOKER BEGIN SET b = a / 2; END",
    """INSERT INTO rich.customers (name, email, born, id_group)
       SELECT concat('n', seq), concat(seq, '@example.org'), IF(seq % 4 = 0, NULL, '1990-01-01' + INTERVAL seq % 50 DAY), seq % 10
       FROM seq_1_to_2000""",
    "INSERT INTO rich.orders (customer_id, place) SELECT 500 + seq % 1000, point(seq, seq) FROM seq_1_to_3000",
    "INSERT INTO rich.events SELECT seq, '2024-06-01' + INTERVAL seq DAY FROM seq_1_to_500",
    "ANALYZE TABLE rich.customers PERSISTENT FOR ALL",
    "ANALYZE TABLE rich.orders, rich.events",
)


@pytest.fixture(scope="session")
def rich(mariadb: PrivateMariaDB) -> Iterator[PrivateMariaDB]:
    """The server with the database `rich`."""
    mariadb.create_database("rich")
    mariadb.execute(*RICH, database="rich")
    yield mariadb
    mariadb.drop_database("rich")
