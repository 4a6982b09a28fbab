-- First position of a partition (0 rows if it has one).
-- Params: $1 partition, $2 new next offset, $3 highest barrier epoch before it.
INSERT INTO projection_position (log_partition, next_offset, barrier_epoch) VALUES ($1, $2, $3)
ON CONFLICT (log_partition) DO NOTHING
RETURNING log_partition;
