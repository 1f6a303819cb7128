// A fake in a container for tests in Node: `npm install --save-dev testcontainers`.
// The image is the one of `docker build --tag plugproof .` in this repository.

import { randomBytes } from "node:crypto";
import { GenericContainer, Wait } from "testcontainers";

const PORT = 8000;

/** Start one fake for all tests; end it with `await fake.stop()`. */
export async function startFake(image = "plugproof") {
  const secret = randomBytes(16).toString("hex");
  const container = await new GenericContainer(image)
    .withExposedPorts(PORT)
    .withEnvironment({ PLUGPROOF_CONTROL_SECRET: secret })
    .withWaitStrategy(Wait.forHttp("/_plugproof/health", PORT).forStatusCode(200))
    .start();
  const origin = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;

  /** Make a world that lives for an hour, and return the base URL of its API: one for each test. */
  async function world(name) {
    const answer = await fetch(`${origin}/_plugproof/worlds/${name}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-Plugproof-Secret": secret },
      body: JSON.stringify({ ttl: "1h" }),
    });
    if (!answer.ok) throw new Error((await answer.json()).message);
    return `${origin}/worlds/${name}/api`;
  }

  return { origin, secret, world, stop: () => container.stop() };
}
