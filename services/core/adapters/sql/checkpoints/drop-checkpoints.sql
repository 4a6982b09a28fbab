-- Removes the checkpoints before one. That one is kept beside its successor, for whoever is reading it now.
-- Params: $1 checkpoint id.
DELETE FROM ledger_checkpoint WHERE checkpoint_id < $1;
