import type { IncomingHttpHeaders } from "node:http";

/** What to write where, so that a proxy lets a stream through. */

export type Fault = "held" | "compressed" | "cut" | "no_last_event_id" | "content_type" | "no_delete";

type Proxy = "nginx" | "Caddy" | "Cloudflare";

const LINES: Readonly<Record<Fault, Readonly<Record<Proxy, string>>>> = {
  held: {
    nginx: "nginx, in the location: proxy_buffering off; proxy_cache off; proxy_http_version 1.1; gzip off;",
    Caddy: "Caddy, in reverse_proxy: flush_interval -1 (and no encode for these paths)",
    Cloudflare: "Cloudflare: a Cache Rule that bypasses the cache, and no Response Buffering for these paths",
  },
  compressed: {
    nginx: "nginx, in the location: gzip off; (or take text/event-stream out of gzip_types)",
    Caddy: "Caddy: encode only what does not match header Content-Type text/event-stream*",
    Cloudflare: "Cloudflare: a Compression Rule that disables compression for these paths",
  },
  cut: {
    nginx: "nginx, in the location: proxy_read_timeout 1h; proxy_send_timeout 1h;",
    Caddy: "Caddy, in reverse_proxy's transport http: read_timeout 1h (and no write_timeout of the server)",
    Cloudflare: "Cloudflare: it cuts after 100 s without a byte; keep CHATWAIT_HEARTBEAT_MS well below",
  },
  no_last_event_id: {
    nginx:
      "nginx, in the location: proxy_set_header Last-Event-ID $http_last_event_id; and no proxy_pass_request_headers off",
    Caddy: "Caddy, in reverse_proxy: remove header_up -Last-Event-ID",
    Cloudflare: "Cloudflare: remove the Transform Rule that takes request headers away",
  },
  content_type: {
    nginx: "nginx, in the location: remove proxy_hide_header and add_header lines for Content-Type",
    Caddy: "Caddy: remove header lines that set Content-Type",
    Cloudflare: "Cloudflare: remove the Transform Rule that sets Content-Type",
  },
  no_delete: {
    nginx: "nginx, in the location: remove limit_except, or add DELETE to it",
    Caddy: "Caddy: let method DELETE through its matchers",
    Cloudflare: "Cloudflare: let DELETE through its WAF rules",
  },
};

/** The lines for the proxy that can be told by its headers; for all of them where none can. */
export function mending(fault: Fault, headers: IncomingHttpHeaders): string[] {
  const found = proxyOf(headers);
  return found === undefined ? Object.values(LINES[fault]) : [LINES[fault][found]];
}

/** Which proxy an answer came through, as far as it says so; the last one on the way to us counts. */
export function proxyOf(headers: IncomingHttpHeaders): Proxy | undefined {
  const names = `${headers.server ?? ""} ${headers.via ?? ""}`.toLowerCase();
  if (headers["cf-ray"] !== undefined || names.includes("cloudflare")) return "Cloudflare";
  if (/nginx|openresty/.test(names)) return "nginx";
  return names.includes("caddy") ? "Caddy" : undefined;
}
