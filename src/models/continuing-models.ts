import { settingError } from "../settings.ts";
import type { Continuing } from "./continuation.ts";
import { PROVIDERS } from "./providers.ts";
import type { OfferedModel } from "./registry.ts";

const SETTING = "CHATWAIT_CONTINUES";

/**
 * Marks the offered models that can go on with a text, each entry being `provider:model` or `provider:model=how`.
 * @throws SettingError for a model that is not offered, or that cannot go on so
 */
export function markContinuing(entries: readonly string[], offered: Map<string, OfferedModel>): void {
  for (const entry of entries) {
    const [, id = entry, how] = /^(.+)=([a-z_]+)$/.exec(entry) ?? [];
    const model = offered.get(id);
    if (!model) {
      throw settingError(
        SETTING,
        `${SETTING} names "${id}", which is not offered. Add it to CHATWAIT_MODELS, or remove it.`,
      );
    }
    offered.set(id, { ...model, continues: checkedHow(id, how) });
  }
}

function checkedHow(id: string, how: string | undefined): Continuing {
  const ways = PROVIDERS[id.slice(0, id.indexOf(":"))]?.continues ?? [];
  const found = how === undefined ? ways[0] : ways.find((way) => way === how);
  if (found) return found;
  if (ways.length > 0)
    throw settingError(SETTING, `${SETTING} says "${id}=${how}". Write ${id}=${ways.join(` or ${id}=`)}.`);
  const advice = "Remove it: answers of it that lose their server end with generation_lost.";
  throw settingError(SETTING, `${SETTING} names "${id}", but its provider begins every answer anew. ${advice}`);
}
