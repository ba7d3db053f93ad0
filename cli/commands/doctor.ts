import type { Command } from "../command.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "look for what is wrong: settings, models, ports, and proxies that hold a stream back",
  usage: "[--url PUBLIC_URL] [options]",
  least: 0,
  most: 0,
  options: {
    model: {
      type: "boolean",
      text: "ask models for a token (the default); --no-model: call none that costs something",
    },
    remote: { type: "boolean", text: "look at the server only, not at the settings of this machine" },
    long: { type: "boolean", text: "also keep a quiet connection open for 65 s, to see whether something cuts it" },
    seconds: { type: "string", value: "N", text: "how long, with --long" },
  },
  examples: [
    ["chatwait doctor", "Before the first start"],
    ["chatwait doctor --url https://chat.example.com --long", "Through the proxy that people will use"],
  ],
  notes: [
    "It reads the settings of this environment as the server would, asks each model for one token, and reads a short stream at the URL: " +
      "what the server has written is compared with what has arrived. The exit code is 1 where something needs mending.",
  ],
  run: async (call) => (await import("./doctor/examine.ts")).examine(call),
};
