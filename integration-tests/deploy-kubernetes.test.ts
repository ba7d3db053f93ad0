import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { readConfig } from "../src/config.ts";
import { serverFor } from "../testing/driven-server.ts";
import {
  environment,
  type Manifest,
  manifests,
  ofKind,
  only,
  podOf,
  schemaFault,
  server,
  typedProgram,
  workloads,
} from "../testing/kubernetes-manifests.ts";
import { requestJson } from "../testing/sse-client.ts";

/** deploy/kubernetes against the schemas of Kubernetes, and against what the server and its image are. No cluster runs here. */

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const dockerfile = readFileSync(join(root, "deploy/Dockerfile"), "utf8");

test("the schemas of Kubernetes take every manifest", () => {
  assert.ok(manifests.length > 5);
  for (const manifest of manifests) assert.equal(schemaFault(manifest), undefined, manifest.kind);
});

test("no manifest has a field that Kubernetes does not know", { timeout: 60_000 }, async (t) => {
  assert.equal(await typeFaults(t, manifests), "");
  const misspelt = { ...only(ofKind("Ingress")), sepc: {} };
  assert.match(await typeFaults(t, [misspelt]), /'"?sepc"?' does not exist/);
});

async function typeFaults(t: TestContext, objects: readonly Manifest[]): Promise<string> {
  mkdirSync(join(root, "dist"), { recursive: true });
  const folder = mkdtempSync(join(root, "dist/kubernetes-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "manifests.ts"), typedProgram(objects));
  writeFileSync(join(folder, "tsconfig.json"), '{"extends":"../../tsconfig.json","include":["*.ts"],"exclude":[]}');
  const tsc = run(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder });
  return (await tsc.catch((error: { stdout: string }) => error)).stdout;
}

test("what the servers are told are settings that exist, with values that they take", () => {
  const config = readConfig(environment());
  assert.deepEqual(config.warnings, []);
  assert.equal(server().pod.enableServiceLinks, false, "else there are variables that look like settings");
  assert.equal(config.trustProxy, 1);
  assert.deepEqual(
    config.allowedHosts,
    only(ofKind("Ingress")).spec?.rules?.map(({ host }) => host),
  );
  const redis = new URL(config.redis?.url ?? "");
  const service = ofKind("Service").find(({ metadata }) => metadata?.name === redis.hostname);
  assert.deepEqual(
    service?.spec?.ports?.map(({ port }) => String(port)),
    [redis.port],
  );
});

test("ports and users are those of the image, and what it writes to can be written", () => {
  const { container, pod } = server();
  assert.deepEqual(
    container.ports?.map(({ containerPort }) => `EXPOSE ${containerPort}`),
    dockerfile.match(/^EXPOSE .*/gm),
  );
  assert.deepEqual(dockerfile.match(/^(?:FROM node:24-slim|USER .*)$/gm), ["FROM node:24-slim", "USER node"]);
  assert.equal(pod.securityContext?.runAsUser, 1000, "which is node in that image");
  for (const [, folder] of dockerfile.matchAll(/^VOLUME (.*)$/gm)) {
    assert.ok(
      container.volumeMounts?.some(({ mountPath }) => mountPath === folder),
      folder,
    );
  }
  for (const workload of workloads()) {
    const { pod, container } = podOf(workload);
    assert.equal(pod.securityContext?.runAsNonRoot, true);
    assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
    assert.equal(container.securityContext?.allowPrivilegeEscalation, false);
    assert.deepEqual(container.securityContext?.capabilities?.drop, ["ALL"]);
  }
});

test("the probes ask for paths that the server has, at a port that it has", async (t) => {
  const app = await serverFor(t);
  const { livenessProbe, readinessProbe, startupProbe, ports } = server().container;
  const asked = [livenessProbe, readinessProbe, startupProbe].map((probe) => probe?.httpGet);
  assert.deepEqual(
    asked.map((probe) => probe?.path),
    ["/healthz", "/readyz", "/healthz"],
  );
  for (const probe of asked) {
    assert.ok(ports?.some(({ name }) => name === probe?.port));
    assert.equal((await requestJson(`${app.url}${probe?.path}`)).status, 200);
  }
});

/** What a server takes to close after its drain, as src/main.ts says; s. */
const CLOSING_S = 10;

test("R-DRAIN Kubernetes gives a server the time that it takes to leave, and first tells everybody", () => {
  const { pod, container } = server();
  const told = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
  assert.ok(told >= 5, "until no new request comes");
  const needed = told + readConfig(environment()).drainMs / 1000 + CLOSING_S;
  assert.ok((pod.terminationGracePeriodSeconds ?? 30) > needed, `more than ${needed} s`);
});

test("emptying nodes and rolling out leave servers that answer", () => {
  const { spec } = server();
  const replicas = spec?.replicas ?? 1;
  const away = Number(only(ofKind("PodDisruptionBudget")).spec?.maxUnavailable);
  assert.ok(replicas >= 3 && away >= 1 && replicas - away >= 2);
  assert.deepEqual(spec?.strategy?.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
});

test("what selects pods selects some, and what names a service, a port or a config names one that is there", () => {
  const pods = workloads().map(podOf);
  const chosen = (selector: Record<string, string> = {}) =>
    pods.filter(({ labels }) => Object.entries(selector).every(([name, value]) => labels[name] === value));
  for (const { spec } of workloads()) assert.equal(chosen(spec?.selector.matchLabels).length, 1);
  for (const { spec } of ofKind("PodDisruptionBudget")) assert.equal(chosen(spec?.selector?.matchLabels).length, 1);
  for (const { spec } of ofKind("Service").filter(({ metadata }) => metadata?.name !== NOBODY)) {
    const { container } = only(chosen(spec?.selector));
    for (const { targetPort } of spec?.ports ?? []) assert.ok(container.ports?.some(({ name }) => name === targetPort));
  }
  const { spec: rule } = only(ofKind("NetworkPolicy"));
  const guarded = only(chosen(rule?.podSelector?.matchLabels));
  assert.deepEqual(
    rule?.ingress?.[0]?.ports?.map(({ port }) => port),
    guarded.container.ports?.map(({ name }) => name),
  );
  assert.deepEqual(chosen(rule?.ingress?.[0]?.from?.[0]?.podSelector?.matchLabels), [
    podOf(only(ofKind("Deployment"))),
  ]);
  const backend = only(ofKind("Ingress")).spec?.rules?.[0]?.http?.paths[0]?.backend.service;
  const service = ofKind("Service").find(({ metadata }) => metadata?.name === backend?.name);
  assert.ok(service?.spec?.ports?.some(({ name }) => name === backend?.port?.name));
  const [settings] = server().container.envFrom ?? [];
  assert.equal(settings?.configMapRef?.name, only(ofKind("ConfigMap")).metadata?.name);
});

/** A service that chooses no pods, and therefore has none. */
const NOBODY = "chatwait-nobody";

test("the Ingress keeps metrics from the world", async (t) => {
  const shut = only(ofKind("Ingress")).spec?.rules?.[0]?.http?.paths.filter(
    ({ backend, pathType }) => backend.service?.name === NOBODY && pathType === "Exact",
  );
  const app = await serverFor(t);
  const open = ["/metrics", "/v1/metrics"];
  for (const path of open) assert.equal((await requestJson(app.url + path)).status, 200);
  assert.deepEqual(
    shut?.map(({ path }) => path),
    open,
  );
  const { spec } = only(ofKind("Service").filter(({ metadata }) => metadata?.name === NOBODY));
  assert.equal(spec?.selector, undefined);
});

test("the secret that the manifests use is the one that docs/deploy.md makes", () => {
  const [, name, keys = ""] =
    /^kubectl create secret generic (\S+) (.*)$/m.exec(readFileSync(join(root, "docs/deploy.md"), "utf8")) ?? [];
  const env = workloads().flatMap((workload) => podOf(workload).container.env ?? []);
  const used = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  assert.equal(used.length, 2, "of the servers and of Redis");
  for (const reference of used) {
    assert.equal(reference.name, name);
    assert.ok(keys.includes(`--from-literal=${reference.key}=`), reference.key);
  }
  assert.equal(server().container.envFrom?.[1]?.secretRef?.name, name);
});
