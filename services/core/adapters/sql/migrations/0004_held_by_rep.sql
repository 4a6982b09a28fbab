-- What a rep holds in all nodes. None of its columns ever changes, so updates of counts stay as cheap as before.
CREATE INDEX lead_count_rep ON lead_count (tenant_id, rep_id);
