-- How far a partition has been projected (0 or 1 rows).
-- Params: $1 partition.
SELECT next_offset, barrier_epoch FROM projection_position WHERE log_partition = $1;
