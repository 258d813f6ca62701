-- Two systems' customers, made by arithmetic: the same number of rows gives the same customers. Each hundredth of
-- them has one fault, by its `fault`; `{rows}` is the number of customers that are made.
CREATE MACRO pick(texts, i, salt) AS texts[1 + (hash(i || salt) % len(texts))::BIGINT];
CREATE MACRO surnames() AS [
  'Virtanen', 'Korhonen', 'Mäkinen', 'Nieminen', 'Hämäläinen', 'Lindqvist', 'Andersson', 'Johansson', 'Sjöberg',
  'Öhman', 'Hansen', 'Olsen', 'Bjørnstad', 'Kjær', 'Jensen', 'Sørensen', 'Rasmussen', 'Åkesson', 'Berg', 'Holm',
  'Lind', 'Strand', 'Koskinen', 'Salonen', 'Nygård', 'Dahl', 'Møller', 'Laine'];
CREATE MACRO places() AS [
  'Nord', 'Syd', 'Öst', 'Väst', 'Pohjola', 'Itämeri', 'Polar', 'Fjord', 'Skärgård', 'Baltic', 'Arctic',
  'Aurora', 'Kvarken', 'Lappi', 'Viking', 'Sampo', 'Tor', 'Saga', 'Runa', 'Havn'];
CREATE MACRO trades() AS [
  'Bygg', 'Rakennus', 'Konsult', 'Metall', 'Kuljetus', 'Transport', 'Elektro', 'Sähkö', 'Tech', 'Data',
  'Fisk', 'Trävaru', 'Kone', 'Maskin', 'Kiinteistö', 'Fastighet', 'Rør', 'Maling', 'Mat', 'Design'];
-- Every further million has places of its own: a larger register has more names, and no more namesakes.
CREATE MACRO quarters() AS ['', 'Ny', 'Uus', 'Stor', 'Iso', 'Lill', 'Pikku', 'Öster', 'Väster', 'Mellan'];
CREATE MACRO weighed(digits, weights) AS
  list_sum(list_transform(range(1, len(weights) + 1), lambda k: digits[k:k]::INTEGER * weights[k]));
-- The check digit after modulus 11; 10 stands for none.
CREATE MACRO rest11(digits, weights) AS ((11 - weighed(digits, weights) % 11) % 11)::INTEGER;
-- Of two neighbours at least one has a check digit, because the last weight is 2.
CREATE MACRO numbered(base, weights) AS CASE
  WHEN rest11(base::VARCHAR, weights) < 10 THEN base::VARCHAR || rest11(base::VARCHAR, weights)
  ELSE (base + 1)::VARCHAR || rest11((base + 1)::VARCHAR, weights) END;
CREATE MACRO luhn(digits) AS (10 - list_sum(list_transform(range(1, len(digits) + 1), lambda k:
  CASE WHEN k % 2 = 0 THEN digits[k:k]::INTEGER
    ELSE 2 * digits[k:k]::INTEGER // 10 + 2 * digits[k:k]::INTEGER % 10 END)) % 10) % 10;

CREATE TABLE countries (code VARCHAR, country VARCHAR, currency VARCHAR, language VARCHAR, dial VARCHAR,
  forms VARCHAR[], streets VARCHAR[], cities VARCHAR[], postal_codes VARCHAR[], domain VARCHAR);
INSERT INTO countries VALUES
  ('FI', 'Finland', 'EUR', 'fi', '+358', ['Oy', 'Oyj', 'Ky', 'Tmi', 'Oy Ab'],
    ['Mannerheimintie', 'Hämeenkatu', 'Kauppakatu', 'Satamakatu', 'Rantatie', 'Koulukatu', 'Asemakatu', 'Myllytie'],
    ['Helsinki', 'Tampere', 'Turku', 'Oulu', 'Jyväskylä', 'Hämeenlinna', 'Espoo'],
    ['00100', '33100', '20100', '90100', '40100', '13100', '02100'], 'fi'),
  ('SE', 'Sverige', 'SEK', 'sv', '+46', ['AB', 'HB', 'Aktiebolag', 'KB'],
    ['Storgatan', 'Drottninggatan', 'Kungsgatan', 'Skolgatan', 'Järnvägsgatan', 'Kyrkogatan', 'Nygatan'],
    ['Stockholm', 'Göteborg', 'Malmö', 'Uppsala', 'Västerås', 'Örebro'],
    ['111 20', '411 05', '211 34', '753 10', '722 11', '702 10'], 'se'),
  ('NO', 'Norge', 'NOK', 'no', '+47', ['AS', 'ASA', 'ANS', 'DA'],
    ['Storgata', 'Kirkegata', 'Strandveien', 'Skoleveien', 'Industriveien', 'Bjørnstjerne Bjørnsons gate'],
    ['Oslo', 'Bergen', 'Trondheim', 'Stavanger', 'Tromsø', 'Ålesund'],
    ['0150', '5003', '7010', '4006', '9008', '6002'], 'no'),
  ('DK', 'Danmark', 'DKK', 'da', '+45', ['ApS', 'A/S', 'I/S', 'K/S'],
    ['Vestergade', 'Nørregade', 'Søndergade', 'Algade', 'Strandvejen', 'Møllevej', 'Industrivej'],
    ['København K', 'Aarhus C', 'Odense C', 'Aalborg', 'Helsingør', 'Næstved'],
    ['1050', '8000', '5000', '9000', '3000', '4700'], 'dk');

CREATE TABLE customers AS
WITH numbers AS (
  -- Two faults lie on two neighbours, in every other hundred: together they are a hundredth, too.
  SELECT i, CASE WHEN i % 100 IN (10, 11) AND i // 100 % 2 = 1 THEN 99 ELSE i % 100 END AS fault,
    ['FI', 'SE', 'NO', 'DK'][1 + (hash(i || 'country') % 4)::BIGINT] AS code
  FROM range({rows}) t(i)
), named AS (
  SELECT n.i, n.fault, c.*, row_number() OVER (PARTITION BY n.code ORDER BY n.i) - 1 AS nth,
    pick(surnames(), i, 'surname') AS surname, pick(trades(), i, 'trade') AS trade,
    quarters()[1 + i // 1000000 % 10] || pick(places(), i, 'place') AS place
  FROM numbers n JOIN countries c ON c.code = n.code
), identified AS (
  SELECT *, CASE code
      WHEN 'FI' THEN numbered(1000000 + 2 * nth, [7, 9, 10, 5, 8, 4, 2])
      WHEN 'SE' THEN (556000000 + nth)::VARCHAR || luhn((556000000 + nth)::VARCHAR)
      WHEN 'NO' THEN numbered(90000000 + 2 * nth, [3, 2, 7, 6, 5, 4, 3, 2])
      ELSE numbered(4000000 + 2 * nth, [2, 7, 6, 5, 4, 3, 2])
    END AS digits,
    lower(strip_accents(replace(replace(surname, 'ø', 'o'), 'æ', 'a'))) AS person,
    lower(strip_accents(replace(place, 'ø', 'o') || replace(trade, 'ø', 'o'))) || i || '.' || domain AS host
  FROM named
)
SELECT i, fault,
  (100000 + i)::VARCHAR AS number,
  surname || ' ' || place || ' ' || trade || ' ' || pick(forms, i, 'form') AS name,
  CASE code WHEN 'FI' THEN written[:7] || '-' || written[8:] WHEN 'SE' THEN written[:6] || '-' || written[7:]
    ELSE written END AS org_number,
  code || digits || CASE code WHEN 'SE' THEN '01' WHEN 'NO' THEN 'MVA' ELSE '' END AS vat_number,
  person || '@' || host AS email,
  CASE code WHEN 'FI' THEN 'laskut' WHEN 'NO' THEN 'faktura' ELSE 'invoice' END || '@' || host AS invoice_email,
  CASE code
    WHEN 'FI' THEN '+358 40 ' || (1000000 + nth)
    WHEN 'SE' THEN '+46 70 ' || (1000000 + nth)
    WHEN 'NO' THEN '+47 9' || (1000000 + nth)
    ELSE '+45 2' || (1000000 + nth) END AS phone,
  pick(streets, i, 'street') || ' ' || (1 + hash(i || 'house') % 180) AS street,
  pick(postal_codes, i, 'city') AS postal_code,
  pick(cities, i, 'city') AS city,
  code, country, currency, language, '30' AS payment_terms, 'active' AS status,
  strftime(TIMESTAMP '2026-01-01' + to_seconds((hash(i || 'modified') % 25000000)::BIGINT), '%Y-%m-%dT%H:%M:%SZ')
    AS modified_at
FROM (
  SELECT *, CASE WHEN fault = 12 THEN digits[:-2] || (digits[-1:]::INTEGER + 1) % 10 ELSE digits END AS written
  FROM identified
);

-- Of each hundred customers the first have the faults, and one has new values in both systems on the next day.
-- A duplicate is the same customer once more, under another id. Fault 4 is shared by four fields. Ambiguous (10, 11)
-- are two customers of each system that share an e-mail and nothing else.
CREATE VIEW source AS
SELECT 's' || i || copy AS source_id, * EXCLUDE (copy, email),
  CASE WHEN fault IN (10, 11) THEN 'info@group' || i // 2 || '.com' ELSE email END AS email
FROM customers, (VALUES (''), ('b')) copies(copy)
WHERE fault <> 0 AND (copy = '' OR fault = 2);

CREATE VIEW source_next AS
SELECT * REPLACE (CASE WHEN fault = 50 THEN 'Industrigatan 1' ELSE street END AS street) FROM source;

CREATE VIEW told_apart AS
SELECT i, fault, number, code, currency, language, payment_terms, modified_at,
  CASE WHEN fault = 4 THEN ['name', 'email', 'phone', 'street'][1 + i // 100 % 4] ELSE '' END AS differs,
  CASE WHEN fault IN (10, 11) THEN {
      'name': places()[1 + (i + i // 100) % 20] || ' ' || surnames()[1 + (3 * i + i // 2000) % 28], 'org_number': '',
      'vat_number': '', 'email': 'info@group' || i // 2 || '.com', 'invoice_email': '', 'phone': '',
      'street': 'Havnegata ' || hash(i) % 997, 'postal_code': '', 'city': ''}
    ELSE {'name': name, 'org_number': replace(org_number, '-', ''), 'vat_number': vat_number, 'email': email,
      'invoice_email': invoice_email, 'phone': replace(phone, ' ', ''), 'street': street, 'postal_code': postal_code,
      'city': city} END AS held
FROM customers;

CREATE VIEW target AS
SELECT 't' || hash(i) || copy AS source_id, fault,
  CASE WHEN fault IN (9, 10, 11) THEN 'X' || number ELSE number END AS number,
  CASE WHEN differs = 'name' THEN 'Ny ' || held.name WHEN i % 8 = 0 THEN upper(held.name) ELSE held.name END AS name,
  held.org_number, held.vat_number,
  CASE WHEN differs = 'email' THEN 'office.' || held.email ELSE held.email END AS email,
  CASE WHEN fault = 13 THEN 'old.' || held.invoice_email ELSE held.invoice_email END AS invoice_email,
  CASE WHEN differs = 'phone' THEN held.phone[:-2] || (held.phone[-1:]::INTEGER + 1) % 10 ELSE held.phone END AS phone,
  CASE WHEN differs = 'street' THEN held.street || ' B' ELSE held.street END AS street,
  held.postal_code, held.city, code AS country, currency, language, payment_terms,
  CASE WHEN fault = 8 THEN 'blocked' ELSE 'active' END AS status,
  CASE WHEN fault = 13 THEN '2025-06-01T00:00:00Z' ELSE modified_at END AS modified_at
FROM told_apart, (VALUES (''), ('b')) copies(copy)
WHERE fault <> 1 AND (copy = '' OR fault = 3);

CREATE VIEW target_next AS
SELECT * REPLACE (CASE WHEN fault = 50 THEN 'Nokia' ELSE city END AS city) FROM target;
