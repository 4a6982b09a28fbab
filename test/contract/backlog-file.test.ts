import { backlogContract } from "./backlog.contract.ts";
import { openFileTopic } from "./topic-open-file.ts";

backlogContract("file log", openFileTopic);
