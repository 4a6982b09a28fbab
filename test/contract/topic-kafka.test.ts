import { openKafkaTopic } from "./topic-open-kafka.ts";
import { topicContract } from "./topic.contract.ts";

topicContract("Kafka", openKafkaTopic, { modelRuns: 3 });
