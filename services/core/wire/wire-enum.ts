import type { ProtobufReader } from "./protobuf-reader.ts";

/**
 * A closed list of words as a protobuf enum: 0 is unspecified and never written, so the first word is 1. The lists in
 * the domain may grow at their ends only.
 */
export interface WireEnum<Word extends string> {
  numberOf(word: Word): number;
  /** Refuses the record if the number has no word: guessing at a decision is worse than stopping. */
  read(reader: ProtobufReader, at: string): Word;
}

export function wireEnum<Word extends string>(words: readonly [Word, ...Word[]]): WireEnum<Word> {
  const numbers = new Map<Word, number>(words.map((word, index) => [word, index + 1]));
  return {
    numberOf(word) {
      const number = numbers.get(word);
      if (number === undefined) throw new RangeError(`no wire number for ${word}`);
      return number;
    },
    read(reader, at) {
      const word = words[reader.uint32() - 1];
      if (word === undefined) reader.refuse("RECORD_UNDECODABLE", at);
      return word ?? words[0];
    },
  };
}
