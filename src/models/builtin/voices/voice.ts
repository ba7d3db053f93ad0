/**
 * What a character says where it has a choice. `{topic}` is a noun phrase, `{echo}` a clause with its persons swapped,
 * `{quote}` something said, in quotes, `{other}` a name to be mentioned, `{answer}` a finished sentence.
 */
export type Voice = {
  /** Who it is, in the words of its role; what it is made of is said elsewhere. */
  self: string;
  welcome: readonly string[];
  wellbeing: readonly string[];
  /** After something was told. */
  noted: readonly string[];
  /** Around an answer from memory. */
  recall: readonly string[];
  reflect: readonly string[];
  opinion: readonly string[];
  advice: readonly string[];
  glad: readonly string[];
  sorry: readonly string[];
  unknown: readonly string[];
  thanks: readonly string[];
  bye: readonly string[];
  /** First words of a debate, and answers in it. */
  open: readonly string[];
  rebut: readonly string[];
};
