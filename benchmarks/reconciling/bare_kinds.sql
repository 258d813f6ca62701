-- Every kind of break by hand: what an engineer would write once for these two systems, without a history or a report.
-- The names in braces are lists made of the twelve fields.

CREATE TEMP VIEW source AS
SELECT r.* FROM {source} r ANTI JOIN (FROM source_doubles WHERE source_id <> first_id) d ON d.source_id = r.source_id;

CREATE TEMP VIEW target AS
SELECT r.* FROM {target} r ANTI JOIN (FROM target_doubles WHERE source_id <> first_id) d ON d.source_id = r.source_id;

CREATE TEMP TABLE unequal AS
SELECT s.source_id, t.source_id AS target_id, 'number' AS matched_by, s.number AS source_number, t.number AS target_number,
  COALESCE(s.name, t.name) AS name, s.modified AS source_modified, t.modified AS target_modified,
  s.key_org_number AS source_org, t.key_org_number AS target_org, s.key_vat_number AS source_vat,
  t.key_vat_number AS target_vat, s.key_email AS source_mail, t.key_email AS target_mail, {values}
FROM source s FULL OUTER JOIN target t ON t.key_number = s.key_number
WHERE s.source_id IS NULL OR t.source_id IS NULL OR {differs};

CREATE TEMP TABLE source_alone AS SELECT * FROM unequal WHERE target_id IS NULL;

CREATE TEMP TABLE target_alone AS SELECT * FROM unequal WHERE source_id IS NULL;

CREATE TEMP TABLE later AS
SELECT s.source_id, t.target_id, 'org_number' AS matched_by FROM source_alone s JOIN target_alone t ON t.target_org = s.source_org;

INSERT INTO later
SELECT s.source_id, t.target_id, 'vat_number' FROM source_alone s JOIN target_alone t ON t.target_vat = s.source_vat
ANTI JOIN later p ON p.source_id = s.source_id ANTI JOIN later q ON q.target_id = t.target_id;

CREATE TEMP TABLE by_mail AS
SELECT s.source_id, t.target_id, s.source_mail AS mail FROM source_alone s JOIN target_alone t ON t.target_mail = s.source_mail
ANTI JOIN later p ON p.source_id = s.source_id ANTI JOIN later q ON q.target_id = t.target_id;

INSERT INTO later
SELECT MIN(source_id), MIN(target_id), 'email' FROM by_mail GROUP BY mail HAVING COUNT(*) = 1;

CREATE TEMP TABLE vague AS
SELECT mail, MIN(source_id) AS source_id, MIN(target_id) AS target_id FROM by_mail GROUP BY mail HAVING COUNT(*) > 1;

CREATE TEMP TABLE pairs AS
SELECT source_id, target_id, matched_by, source_number, target_number, name, source_modified, target_modified,
  {fields}
FROM unequal WHERE source_id IS NOT NULL AND target_id IS NOT NULL
UNION ALL
SELECT p.source_id, p.target_id, p.matched_by, s.source_number, t.target_number, s.name, s.source_modified, t.target_modified,
  {of_both}
FROM later p JOIN source_alone s ON s.source_id = p.source_id JOIN target_alone t ON t.target_id = p.target_id;

CREATE TEMP VIEW breaks AS
SELECT 'missing_in_target' AS kind, NULL AS field, source_id, target_id, source_number AS number, name,
  NULL AS source_value, NULL AS target_value
FROM source_alone ANTI JOIN later USING (source_id) ANTI JOIN by_mail USING (source_id)
UNION ALL
SELECT 'missing_in_source', NULL, source_id, target_id, target_number, name, NULL, NULL
FROM target_alone ANTI JOIN later USING (target_id) ANTI JOIN by_mail USING (target_id)
UNION ALL
SELECT 'duplicate_in_source', NULL, source_id, NULL, first_id, NULL, NULL, NULL
FROM source_doubles WHERE source_id <> first_id
UNION ALL
SELECT 'duplicate_in_target', NULL, NULL, source_id, first_id, NULL, NULL, NULL
FROM target_doubles WHERE source_id <> first_id
UNION ALL
SELECT 'ambiguous', NULL, source_id, target_id, mail, NULL, NULL, NULL FROM vague
UNION ALL
SELECT 'invalid_identifier', 'org_number', source_id, NULL, number, name, org_number, NULL
FROM {source} WHERE invalid_org_number IS NOT NULL OR invalid_vat_number IS NOT NULL
UNION ALL
SELECT 'invalid_identifier', 'org_number', NULL, source_id, number, name, NULL, org_number
FROM {target} WHERE invalid_org_number IS NOT NULL OR invalid_vat_number IS NOT NULL
UNION ALL
SELECT 'key_changed', 'number', source_id, target_id, source_number, name, source_number, target_number
FROM pairs WHERE matched_by <> 'number'
UNION ALL
SELECT 'stale', NULL, source_id, target_id, source_number, name, NULL, NULL
FROM pairs WHERE ABS(source_modified - target_modified) > {stale_seconds} AND {any_differs}
UNION ALL
{differing}
