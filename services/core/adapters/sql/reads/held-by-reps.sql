-- Leads that reps own, wherever: only owned leads are counted under a rep. A rep who never owned any is not listed. Rep
-- by rep, for in an array of them a planner without statistics prefers the primary key, of which it then reads all.
-- Params: $1 tenant id, $2 rep ids.
SELECT asked.rep_id, held.leads
FROM unnest($2::text[]) AS asked (rep_id)
CROSS JOIN LATERAL (
  SELECT sum(leads)::bigint AS leads FROM lead_count WHERE tenant_id = $1 AND rep_id = asked.rep_id
) AS held
WHERE held.leads IS NOT NULL;
