import { PREFIX, operations, statuses, type OperationName, type Status } from "./generated/facts.js";
import { isObject, type JsonObject } from "./json.js";

/** Headers as fetch, axios and Node have them. */
export type HeadersLike =
  | Iterable<readonly [string, string]>
  | { forEach(callback: (value: string, name: string) => void): void }
  | Readonly<Record<string, unknown>>;

/** One answer of the API, and what was asked. A fetch `Response` serves as `response`. */
export interface Answer {
  readonly method: string;
  readonly url: string;
  readonly response: {
    readonly status: number;
    /** Left out, the rules of headers are not checked. */
    readonly headers?: HeadersLike;
    /** "cors" says that the browser hides headers, so that none is reported as missing. */
    readonly type?: string;
  };
  /** The JSON value of the body, `undefined` if it is not JSON. */
  readonly body?: unknown;
}

/** An answer, read once for all rules. */
export interface ParsedAnswer {
  readonly answer: Answer;
  readonly operation: OperationName | undefined;
  readonly token: string | undefined;
  readonly code: number;
  readonly headers: ReadonlyMap<string, string> | undefined;
  readonly hidesHeaders: boolean;
  readonly isSuccess: boolean;
  readonly document: unknown;
  readonly data: JsonObject;
  readonly status: Status | undefined;
}

/** Read an answer; throws `TypeError` for one that lacks a part. */
export function readAnswer(answer: Answer): ParsedAnswer {
  requireParts(answer);
  const parts = pathParts(answer.url);
  const operation = parts && operationOf(answer.method.toUpperCase(), parts);
  const code = answer.response.status;
  const isSuccess = operation !== undefined && operations[operation].success === code;
  const data = isSuccess && isObject(answer.body) && isObject(answer.body["data"]) ? answer.body["data"] : {};
  return {
    answer,
    operation,
    token: parts?.[1] === "sessions" ? parts[2] || undefined : undefined,
    code,
    headers: answer.response.headers && readHeaders(answer.response.headers),
    hidesHeaders: answer.response.headers === undefined || answer.response.type === "cors",
    isSuccess,
    document: answer.body,
    data,
    status: statuses.find((status) => status === data["status"]),
  };
}

function requireParts(answer: Answer): void {
  for (const [name, value] of [["method", answer.method], ["url", answer.url]] as const) {
    if (typeof value !== "string") throw new TypeError(`${name} is ${typeof value}; allowed is a string`);
  }
  if (!Number.isInteger(answer.response?.status)) {
    throw new TypeError(`response.status is ${typeof answer.response?.status}; allowed is an integer, such as 200`);
  }
}

/** Return the parts of the path below the API's prefix, the first of them empty; undefined for another API. */
function pathParts(url: string): string[] | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  const at = path.lastIndexOf(PREFIX);
  const rest = at < 0 ? undefined : path.slice(at + PREFIX.length);
  return rest === undefined || (rest !== "" && !rest.startsWith("/")) ? undefined : rest.split("/");
}

function operationOf(method: string, parts: readonly string[]): OperationName | undefined {
  if (parts.length < 2 || parts.slice(1).includes("")) return undefined;
  const names = Object.keys(operations) as OperationName[];
  return names.find((name) => {
    const row = operations[name];
    const wanted = row.path.split("/");
    const fits = (part: string, index: number) => part.startsWith("{") || part === parts[index];
    return row.method === method && wanted.length === parts.length && wanted.every(fits);
  });
}

/** Return whether the address is one of the API's. */
export function isOfTheApi(url: string): boolean {
  return pathParts(url) !== undefined;
}

/** Return whether the path of an address is UTF-8 once it is decoded; the framework refuses any other. */
export function isUtf8(url: string): boolean {
  try {
    decodeURIComponent(url.split(/[?#]/, 1)[0]?.replace(/%(?![0-9a-f]{2})/gi, "%25") ?? "");
    return true;
  } catch {
    return false;
  }
}

function readHeaders(headers: HeadersLike): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, value: unknown) => {
    const key = name.toLowerCase();
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    if (value !== undefined && value !== null) found.set(key, found.has(key) ? `${found.get(key)}, ${text}` : text);
  };
  if (Symbol.iterator in headers) for (const [name, value] of headers as Iterable<readonly [string, string]>) add(name, value);
  else if (typeof headers.forEach === "function") {
    (headers as Headers).forEach((value, name) => add(name, value));
  } else for (const [name, value] of Object.entries(headers)) add(name, value);
  return found;
}

/** Return a header that is a whole number, or undefined. */
export function count(headers: ReadonlyMap<string, string> | undefined, name: string): number | undefined {
  const text = headers?.get(name);
  return text !== undefined && /^[0-9]{1,19}$/.test(text) ? Number(text) : undefined;
}

/** Return the values at a pointer below the body, with their pointers; `*` stands for every item. */
export function valuesAt(answer: ParsedAnswer, pointer: string): [string, unknown][] {
  return walk(answer.document, pointer.split("/").slice(1), "");
}

function walk(value: unknown, names: readonly string[], at: string): [string, unknown][] {
  const [name, ...rest] = names;
  if (name === undefined) return [[at, value]];
  if (name === "*") {
    return Array.isArray(value) ? value.flatMap((item, index) => walk(item, rest, `${at}/${index}`)) : [];
  }
  if (!isObject(value) || !Object.hasOwn(value, name)) return [];
  return walk(value[name], rest, `${at}/${name}`);
}
