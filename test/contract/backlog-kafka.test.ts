import { backlogContract } from "./backlog.contract.ts";
import { openKafkaTopic } from "./topic-open-kafka.ts";

backlogContract("Kafka", openKafkaTopic);
