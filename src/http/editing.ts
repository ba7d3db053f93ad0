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

/**
 * What proxies, tunnels and hosting platforms add to a request that they pass on: each names its own, and one that is not
 * known here would let the whole internet change the worlds of a server that thinks itself alone.
 */
const FORWARDING = new Set([
  ...["forwarded", "via", "forwarded-for", "x-real-ip", "x-client-ip", "x-cluster-client-ip"],
  ...["x-original-forwarded-for", "x-original-host", "x-original-url", "x-rewrite-url", "x-envoy-external-address"],
  ...["true-client-ip", "cf-connecting-ip", "cf-ray", "cdn-loop", "fastly-client-ip", "fly-client-ip"],
  ...["x-azure-clientip", "x-appengine-user-ip", "tailscale-user-login"],
  ...["proxy-client-ip", "wl-proxy-client-ip", "x-proxyuser-ip"],
]);

const isForwarding = (name: string): boolean => FORWARDING.has(name) || /^x-forwarded(?:-|$)/.test(name);

const isForwarded = (headers: IncomingHttpHeaders): boolean => Object.keys(headers).some(isForwarding);
