-- Writes one chunk of a checkpoint.
-- Params: $1 checkpoint id, $2 part, $3 chunk in base64.
INSERT INTO ledger_checkpoint (checkpoint_id, part, chunk) VALUES ($1, $2, decode($3, 'base64'));
