import type { Row } from "../sql/session.ts";
import { faultOfState } from "../sql/store-fault.ts";
import type { PgliteReply } from "./pglite-messages.ts";

interface Question {
  readonly name: string;
  resolve(rows: readonly Row[]): void;
  reject(error: unknown): void;
}

/** What PGlite's process was asked and has not answered yet. */
export class OpenQuestions {
  readonly #open = new Map<number, Question>();
  #hasEnded = false;

  /** Nothing is answered any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * The answer to a question that is asked, or is about to be.
   *
   * @param name of the statement, for the fault
   * @throws Fault `STORE_UNAVAILABLE`, also if the process ends before it has answered
   */
  expect(id: number, name: string): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) reject(faultOfState(null, name));
      else this.#open.set(id, { name, resolve, reject });
    });
  }

  settle(reply: PgliteReply): void {
    const question = this.#open.get(reply.id);
    this.#open.delete(reply.id);
    if ("rows" in reply) question?.resolve(reply.rows);
    else question?.reject(faultOfState(reply.state, question.name));
  }

  end(): void {
    this.#hasEnded = true;
    for (const { name, reject } of this.#open.values()) reject(faultOfState(null, name));
    this.#open.clear();
  }
}
