-- The id of the newest checkpoint (0 or 1 rows). One that is being written is not seen.
-- Params: none.
SELECT checkpoint_id FROM ledger_checkpoint ORDER BY checkpoint_id DESC LIMIT 1;
