import { ROOMS, roomOf } from "./load-turns.ts";
import { CAST, modelOf, SILENT_WRITER } from "./turn-script.ts";

/** The worlds in which the bench lets turns be taken, made over HTTP as anybody would. */
export async function makeRooms(port: number): Promise<void> {
  for (let n = 0; n < ROOMS; n++) {
    // Half of them remember: then what agents are told is as long as it gets.
    await post(port, "/worlds", { name: roomOf(n), memory: n % 2 === 0 });
    for (const name of CAST) {
      await post(port, `/worlds/${roomOf(n)}/agents`, agent(name));
    }
    await post(port, "/worlds", { name: soloOf(n) });
    await post(port, `/worlds/${soloOf(n)}/agents`, { name: "Ada" });
  }
}

/** Worlds of one agent, which answers as a chat does. */
export const soloOf = (n: number | "{n}"): string => `solo-${n}`;

/** The models that the agents of rooms answer with: one each, by which the model knows who is asked. */
export const ROOM_MODELS: readonly string[] = CAST.map((name) => `openai-compatible:${modelOf(name)}`);

const agent = (name: string) => ({
  name,
  model: `openai-compatible:${modelOf(name)}`,
  streaming: name !== SILENT_WRITER,
});

async function post(port: number, path: string, body: object) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
}
