import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "./door.ts";

export type EditingOptions = {
  /** CHATWAIT_WORLD_EDITING, where it is set. */
  worldEditing: boolean | undefined;
  /** The address that the server is bound to. */
  host: string;
  allowedHosts: readonly string[];
  trustProxy: number | string[] | undefined;
};

/**
 * R-DOOR: whether a request may change worlds, and read what their agents are told. Unless the operator has said so, only who
 * sits at this machine may: a server that is known to stand behind something, or a request that comes through something, is
 * open to others.
 */
export function editingRule(options: EditingOptions): (headers: IncomingHttpHeaders) => boolean {
  const { worldEditing, host, allowedHosts, trustProxy } = options;
  if (worldEditing !== undefined) return () => worldEditing;
  const isAlone = isLoopback(host) && allowedHosts.length === 0 && trustProxy === undefined;
  return (headers) => isAlone && !isForwarded(headers);
}

/** What proxies and tunnels add to a request that they pass on. */
const FORWARDING = /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip)$/;

const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  Object.keys(headers).some((name) => FORWARDING.test(name));
