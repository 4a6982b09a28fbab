-- An id above those of all checkpoints so far.
-- Params: none.
SELECT nextval('ledger_checkpoint_id') AS checkpoint_id;
