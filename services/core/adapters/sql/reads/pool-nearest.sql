-- Leads of a pool within a radius, nearest first, equal distances by id. Haversine on the mean sphere,
-- 2 × 6,371,008.8 m. The box must hold the circle; it is what index lead_public_place is asked for.
-- Params: $1 tenant id, $2 node ids in scope or null for all, $3 pool id, $4 latitude and $5 longitude, deg,
-- $6 radius, m; the box in degrees: $7 south, $8 north, $9 west, $10 east, and of its part beyond the antimeridian
-- $11 west and $12 east; the key to start behind: $13 distance, m, $14 lead id; $15 limit.
SELECT * FROM (
  SELECT
    tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest,
    12742017.6 * asin(least(1, sqrt(
      power(sin(radians(latitude_deg - $4) / 2), 2)
      + cos(radians(latitude_deg)) * cos(radians($4)) * power(sin(radians(longitude_deg - $5) / 2), 2)
    ))) AS distance_meters
  FROM lead
  WHERE tenant_id = $1
    AND ($2::text[] IS NULL OR node_id = ANY ($2::text[]))
    AND pool_id = $3 AND status = 'public'
    AND latitude_deg BETWEEN $7 AND $8
    AND (longitude_deg BETWEEN $9 AND $10 OR longitude_deg BETWEEN $11 AND $12)
) AS placed
WHERE distance_meters <= $6 AND (distance_meters, lead_id) > ($13, $14)
ORDER BY distance_meters, lead_id
LIMIT $15;
