/**
 * What can be said for a thing and what against it, as people say it at a table. Each argument is a clause that stands for
 * itself and ends without a full stop. Where two things are compared, `pro` speaks for the topic and `con` for the other.
 */
export type Case = {
  about: RegExp;
  topic: string;
  /** What the question is called where two things are compared. */
  question?: string;
  /** It is better called by what somebody is about to do, where they say it. */
  deed?: true;
  pro: readonly string[];
  con: readonly string[];
};
