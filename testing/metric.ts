import { requestJson } from "./sse-client.ts";

/** One number of a server's metrics; NaN where it has none of that name. */
export async function metric(url: string, name: string): Promise<number> {
  const { text } = await requestJson(`${url}/metrics`);
  return Number(new RegExp(`^${name} ([-\\d.e+]+)$`, "m").exec(text)?.[1]);
}

/** The same of several servers, each. */
export const metrics = (servers: readonly { url: string }[], name: string): Promise<number[]> =>
  Promise.all(servers.map(({ url }) => metric(url, name)));
