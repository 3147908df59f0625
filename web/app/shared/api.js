/** Talking to the server that served this page, and to no other. */

export class RequestFailed extends Error {
  constructor(message, status = 0) {
    super(message);
    this.name = "RequestFailed";
    this.status = status;
  }
}

const AWAY = "Snags does not answer at this address. Check that `snags serve` is still running, then try again.";

export async function send(path, { method = "GET", body, headers = {}, signal } = {}) {
  const options = { method, headers: { ...headers }, signal, cache: "no-store" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new RequestFailed(AWAY);
  }
  if (!response.ok) throw new RequestFailed(await messageOf(response), response.status);
  return response;
}

export async function getJson(path, options) {
  const response = await send(path, options);
  return response.json();
}

/** What the server said, else what the status means. */
async function messageOf(response) {
  const text = await response.text().catch(() => "");
  try {
    const { error, message, detail } = JSON.parse(text);
    const said = message ?? error?.message ?? detail;
    if (typeof said === "string" && said) return said;
  } catch {
    // Not JSON: the status has to do.
  }
  return `The server answered ${response.status} ${response.statusText}. Try again; its log says more.`;
}

export const paths = {
  run: (run) => `/v1/runs/${encodeURIComponent(run)}`,
  report: (run, format = "") => `${paths.run(run)}/report${format ? `?format=${format}` : ""}`,
  session: (run, session) => `${paths.run(run)}/sessions/${session.split("/").map(encodeURIComponent).join("/")}`,
  thread: (thread) => `/v1/threads/${encodeURIComponent(thread)}`,
};
