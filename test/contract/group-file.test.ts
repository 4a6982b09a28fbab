import { groupContract } from "./group.contract.ts";
import { openFileTopic } from "./topic-open-file.ts";

groupContract("file log", openFileTopic);
