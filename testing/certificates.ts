import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A CA of a test's own, and a certificate for this machine that it signed: paths of PEM files. */
export type Certificates = { ca: string; cert: string; key: string; remove(): void };

/** Makes them with the system's openssl. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "chatwait-certificates-"));
  const at = (name: string) => join(folder, name);
  const make = (name: string, ...more: string[]) =>
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
        ...["-subj", `/CN=${name}`, "-keyout", at(`${name}.key`), "-out", at(`${name}.pem`), ...more],
      ],
      { stdio: "ignore" },
    );
  make("ca");
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"];
  make("server", "-CA", at("ca.pem"), "-CAkey", at("ca.key"), ...names);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { ca: at("ca.pem"), cert: at("server.pem"), key: at("server.key"), remove };
}
