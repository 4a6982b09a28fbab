-- Moves the position of a partition, if it stands where the batch begins (0 or 1 rows). The row lock makes a second
-- projector wait here, and then see that it came too late.
-- Params: $1 partition, $2 expected next offset, $3 new next offset, $4 highest barrier epoch before it.
UPDATE projection_position SET next_offset = $3, barrier_epoch = $4
WHERE log_partition = $1 AND next_offset = $2
RETURNING log_partition;
