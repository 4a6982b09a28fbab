import { expect } from "vitest";
import type { FileTopic } from "../../services/core/adapters/embedded/log/file-topic.ts";
import { readAll, textOf } from "../contract/topic-codec.ts";

/** The texts of a log that is opened again after its end was damaged. What is appended behind them is as good as ever. */
export async function reopenedTexts(opening: Promise<FileTopic<string>>): Promise<readonly string[]> {
  const topic = await opening;
  try {
    const texts = (await readAll(topic, 0)).map(textOf);
    expect(await topic.append(0, ["after"])).toBe(texts.length);
    expect((await readAll(topic, 0)).map(textOf)).toEqual([...texts, "after"]);
    return texts;
  } finally {
    await topic.close();
  }
}
