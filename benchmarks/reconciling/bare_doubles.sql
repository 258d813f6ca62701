-- Records of one side that share an identifier, by hand.

CREATE TEMP TABLE {side}_doubles AS
SELECT source_id, MIN(first_id) AS first_id FROM (
  SELECT r.source_id, g.first_id FROM {file} r JOIN (
    SELECT key_number AS k, MIN(source_id) AS first_id FROM {file} GROUP BY 1 HAVING COUNT(*) > 1) g ON g.k = r.key_number
  UNION ALL
  SELECT r.source_id, g.first_id FROM {file} r JOIN (
    SELECT key_org_number AS k, MIN(source_id) AS first_id FROM {file} GROUP BY 1 HAVING COUNT(*) > 1) g
    ON g.k = r.key_org_number
  UNION ALL
  SELECT r.source_id, g.first_id FROM {file} r JOIN (
    SELECT key_vat_number AS k, MIN(source_id) AS first_id FROM {file} GROUP BY 1 HAVING COUNT(*) > 1) g
    ON g.k = r.key_vat_number
) GROUP BY source_id
