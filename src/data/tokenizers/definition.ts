/** Cuts a text into tokens, in order. Pure: equal texts give equal tokens. */
export type Tokenize = (text: string) => readonly string[]

/** How a text column becomes tokens. */
export interface Tokenizer {
  /** Identifies it in the fingerprint of the data: equal fingerprints give equal tokens. */
  readonly fingerprint: string
  readonly tokenize: Tokenize
}

/** A tokenizer that needs no file. The vocabulary is none of its concern: it comes from the training rows. */
export interface TokenizerDefinition<Name extends string = string> {
  /**
   * The name in the spec (`data.inputs.tokenizer`) and in fingerprints. It never changes, and neither do its tokens. The
   * schema's description of the setting says what they are.
   */
  readonly name: Name
  readonly tokenize: Tokenize
}
