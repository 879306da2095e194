-- What PostgreSQL 18 brought.
CREATE TABLE shop.stays (
  room int4range, during tstzrange, nights int, price int GENERATED ALWAYS AS (nights * 80) VIRTUAL,
  CONSTRAINT stay PRIMARY KEY (room, during WITHOUT OVERLAPS)
);
CREATE TABLE shop.guests (
  room int4range, during tstzrange, note text, CONSTRAINT loose CHECK (note <> '') NOT ENFORCED,
  CONSTRAINT guest_stay FOREIGN KEY (room, PERIOD during) REFERENCES shop.stays (room, PERIOD during)
);
ALTER TABLE shop.guests ADD CONSTRAINT note_there NOT NULL note NOT VALID;
