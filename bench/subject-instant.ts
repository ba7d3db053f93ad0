import { readConfig } from "../src/config.ts";
import { openOperatorLog } from "../src/operator-log.ts";
import { startServer } from "../src/server.ts";
import { instantModel } from "../testing/scripted-model.ts";

/**
 * The program as src/main.ts wires it, with a model in the process that answers at once.
 * Environment: PORT, CHATWAIT_DATA_DIR.
 */
const id = "instant:bench";
const config = readConfig({ ...process.env, CHATWAIT_MODEL: id, CHATWAIT_RATE_LIMIT: "0" });
const tokens = ["Hello", " there", ",", " how", " are", " you?"];
const model = instantModel(tokens, { usage: { input: 10, output: 6 } });
const { logger } = openOperatorLog(config.logLevel);

await startServer({ config, logger, version: "0.0.0", models: [{ id, model, contextWindow: 100_000 }] });
