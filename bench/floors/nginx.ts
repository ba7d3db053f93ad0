/**
 * Floor: nginx as a proxy with buffering off, in one process that stays in the foreground. All that it writes is in `dir`.
 * Tokens must leave at once, so every optimisation that waits is off.
 */
export function nginxConf({ port, upstreamPort, dir }: { port: number; upstreamPort: number; dir: string }): string {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  return `
daemon off;
master_process off;
pid ${dir}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off;
  ${folders.join("\n  ")}
  upstream model { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 300s;
      tcp_nodelay on;
    }
  }
}
`;
}
