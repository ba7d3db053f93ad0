import type { Stance } from "./character.ts";
import { formal } from "./voices/formal.ts";
import { host } from "./voices/host.ts";
import { optimist } from "./voices/optimist.ts";
import { pessimist } from "./voices/pessimist.ts";
import { pirate } from "./voices/pirate.ts";
import { plain } from "./voices/plain.ts";
import { poet } from "./voices/poet.ts";
import { sceptic } from "./voices/sceptic.ts";
import { teacher } from "./voices/teacher.ts";
import type { Voice } from "./voices/voice.ts";

export type { Voice };

/** The voice of each stance. */
export const VOICES: Readonly<Record<Stance, Voice>> = {
  plain,
  sceptic,
  optimist,
  pessimist,
  host,
  pirate,
  poet,
  teacher,
  formal,
};
