import { openFileTopic } from "./topic-open-file.ts";
import { topicContract } from "./topic.contract.ts";

topicContract("file log", openFileTopic, { modelRuns: 60 });
