// A client of the public-charging API in another language: node client.mjs BASE_URL start CODE | status TOKEN

const [base, command, argument] = process.argv.slice(2);
const sessions = `${base}/v3/public-charging/sessions`;

async function ask(method, url, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}: ${(await answer.json()).message}`);
  return answer.json();
}

async function start(code) {
  const { session_token: token } = await ask("POST", sessions, { code, connector_id: 1 });
  const { data } = await ask("POST", `${sessions}/${token}/confirm`);
  return { token, status: data.status };
}

async function status(token) {
  const { data } = await ask("GET", `${sessions}/${token}`);
  return { token, status: data.status };
}

try {
  console.log(JSON.stringify(await (command === "start" ? start : status)(argument)));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
