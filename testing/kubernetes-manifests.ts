import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as apps from "kubernetes-models/apps/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";

/** The kinds of objects that the manifests hold. */
type Kinds = {
  ConfigMap: core.IConfigMap;
  Deployment: apps.IDeployment;
  Ingress: networking.IIngress;
  NetworkPolicy: networking.INetworkPolicy;
  PodDisruptionBudget: policy.IPodDisruptionBudget;
  Service: core.IService;
  StatefulSet: apps.IStatefulSet;
};
export type Manifest = Kinds[keyof Kinds];

const MODELS: Record<string, Record<string, unknown>> = {
  "apps/v1": apps,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
  v1: core,
};

const folder = join(import.meta.dirname, "../deploy/kubernetes");

/** All objects of deploy/kubernetes, as they stand there. */
export const manifests: readonly Manifest[] = globSync("*.yaml", { cwd: folder })
  .sort()
  .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
  .map((document) => document.toJS({}) as Manifest);

/** Those of one kind. */
export const ofKind = <K extends keyof Kinds>(kind: K): Kinds[K][] =>
  manifests.filter((manifest): manifest is Kinds[K] => manifest.kind === kind);

/** The one that there is. */
export const only = <T>(found: readonly T[]): T => {
  const [first, ...others] = found;
  assert.ok(first !== undefined && others.length === 0);
  return first;
};

/** What runs pods. */
export const workloads = () => [...ofKind("Deployment"), ...ofKind("StatefulSet")];

/** The pods of a workload, and their one container. */
export const podOf = (workload: ReturnType<typeof workloads>[number]) => {
  const pod = workload.spec?.template.spec;
  assert.ok(pod);
  return { pod, labels: workload.spec?.template.metadata?.labels ?? {}, container: only(pod.containers) };
};

/** The pods of ChatWait, and how they are rolled out. */
export const server = () => ({ ...podOf(only(ofKind("Deployment"))), spec: only(ofKind("Deployment")).spec });

/** What the server's container finds in its environment, with a password that Kubernetes would take from the secret. */
export function environment(): Record<string, string> {
  const settings = only(ofKind("ConfigMap")).data ?? {};
  const own = (server().container.env ?? []).map(({ name, value }) => [name, value ?? "pass"]);
  const all: Record<string, string> = { ...settings, ...Object.fromEntries(own) };
  const filled = Object.entries(all).map(([name, value]) => [
    name,
    value.replaceAll(/\$\((\w+)\)/g, (_, of) => all[of] ?? ""),
  ]);
  return Object.fromEntries(filled);
}

/** What the schema of its kind says of an object; undefined where it fits. A field that no schema knows goes unnoticed. */
export function schemaFault(manifest: Manifest): string | undefined {
  const model = MODELS[manifest.apiVersion]?.[manifest.kind] as (new (data: unknown) => core.Pod) | undefined;
  if (!model) return `there is no ${manifest.apiVersion} ${manifest.kind}`;
  try {
    new model(manifest).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A program that type-checks only where the objects have no field that their kinds do not know. */
export function typedProgram(objects: readonly Manifest[]): string {
  const lines = objects.map((object) => {
    const path = `kubernetes-models/${object.apiVersion}`;
    return `${JSON.stringify(object)} satisfies import("${path}").I${object.kind},`;
  });
  return `export const all = [\n${lines.join("\n")}\n];\n`;
}
