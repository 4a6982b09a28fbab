/** One record of a CSV file. Its line is where it starts: a quoted field may span several. */
export interface CsvRecord {
  readonly line: number;
  /** Null for a record that is longer than allowed; it was dropped. */
  readonly fields: readonly string[] | null;
  /** True if a quote stood where RFC 4180 allows none. */
  readonly isMalformed: boolean;
}

type Where = "start" | "plain" | "quoted" | "after quote";

/**
 * RFC 4180, as the characters arrive: quoted fields with commas, line ends and doubled quotes. Holds one record.
 * A stray quote spoils its record only: the next line end outside quotes starts afresh.
 */
export class CsvParser {
  readonly #maxRecordLength: number;
  #fields: string[] = [];
  #field = "";
  #where: Where = "start";
  #line = 1;
  #recordLine = 1;
  #length = 0;
  #isMalformed = false;

  constructor(maxRecordLength: number) {
    this.#maxRecordLength = maxRecordLength;
  }

  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const character of text) {
      const record = this.#step(character);
      if (record !== null) records.push(record);
    }
    return records;
  }

  /** The last record, if the file doesn't end with a line end. */
  end(): CsvRecord | null {
    if (this.#where === "quoted") this.#isMalformed = true;
    return this.#length === 0 ? null : this.#endRecord();
  }

  #step(character: string): CsvRecord | null {
    if (character === "\n") {
      this.#line += 1;
      if (this.#where !== "quoted") return this.#endLine();
    }
    this.#length += character.length;
    switch (this.#where) {
      case "quoted":
        if (character === '"') this.#where = "after quote";
        else this.#keep(character);
        return null;
      case "after quote":
        return this.#afterQuote(character);
      case "start":
        if (character !== '"') return this.#plain(character);
        this.#where = "quoted";
        return null;
      case "plain":
        if (character === '"') this.#isMalformed = true;
        return this.#plain(character);
    }
  }

  #afterQuote(character: string): null {
    if (character === '"') {
      this.#where = "quoted";
      this.#keep(character);
    } else if (character === ",") this.#endField();
    else if (character !== "\r") this.#isMalformed = true;
    return null;
  }

  #plain(character: string): null {
    if (character === ",") this.#endField();
    else {
      this.#where = "plain";
      this.#keep(character);
    }
    return null;
  }

  #keep(character: string): void {
    if (this.#length <= this.#maxRecordLength) this.#field += character;
  }

  #endField(): void {
    if (this.#length <= this.#maxRecordLength) this.#fields.push(this.#field);
    this.#field = "";
    this.#where = "start";
  }

  #endLine(): CsvRecord | null {
    const { length } = this.#field;
    if (this.#where === "plain" && this.#field.endsWith("\r")) this.#field = this.#field.slice(0, length - 1);
    // A blank line is no record.
    if (this.#fields.length === 0 && this.#field === "" && this.#where !== "after quote") {
      this.#reset();
      return null;
    }
    return this.#endRecord();
  }

  #endRecord(): CsvRecord {
    this.#endField();
    const fields = this.#length > this.#maxRecordLength ? null : this.#fields;
    const record = { line: this.#recordLine, fields, isMalformed: this.#isMalformed };
    this.#reset();
    return record;
  }

  #reset(): void {
    this.#fields = [];
    this.#field = "";
    this.#where = "start";
    this.#recordLine = this.#line;
    this.#length = 0;
    this.#isMalformed = false;
  }
}
