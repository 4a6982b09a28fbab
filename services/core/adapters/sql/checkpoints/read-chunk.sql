-- One chunk of a checkpoint (0 rows behind the last one). As text, since that is what both engines give back alike.
-- Params: $1 checkpoint id, $2 part.
SELECT encode(chunk, 'base64') AS chunk FROM ledger_checkpoint WHERE checkpoint_id = $1 AND part = $2;
