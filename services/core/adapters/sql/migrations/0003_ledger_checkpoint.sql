-- Folds of the decision log, kept so that the next one need not begin at its first record. May be emptied at any time.
CREATE SEQUENCE ledger_checkpoint_id;
CREATE TABLE ledger_checkpoint (
  checkpoint_id bigint NOT NULL,
  part          bigint NOT NULL,
  -- As checkpoint.proto says.
  chunk         bytea NOT NULL,
  PRIMARY KEY (checkpoint_id, part)
);
-- Ids and hashes don't compress; trying costs more than writing them.
ALTER TABLE ledger_checkpoint ALTER COLUMN chunk SET STORAGE EXTERNAL;
