/**
 * JSON Patch (RFC 6902) on values that never change: whatever a patch does not touch stays the same
 * object, so the page can tell by identity what needs drawing again.
 */

export class PatchFailed extends Error {
  constructor(operation, problem) {
    super(`Patch ${JSON.stringify(operation)} cannot be applied: ${problem}.`);
    this.name = "PatchFailed";
  }
}

/** The document after all operations; the one passed in is left as it is. Throws PatchFailed. */
export function applyPatch(document, operations) {
  const ours = new WeakSet();
  return operations.reduce((now, operation) => applyOne(now, operation, ours), document);
}

/** `ours`: branches that this patch has copied already, and that nobody else has seen. */
function applyOne(document, operation, ours) {
  const fail = (problem) => {
    throw new PatchFailed(operation, problem);
  };
  const path = tokens(operation.path, fail);
  switch (operation.op) {
    case "add":
      return write(document, path, operation.value, "add", fail, ours);
    case "replace":
      return write(document, path, operation.value, "replace", fail, ours);
    case "remove":
      return remove(document, path, fail, ours);
    case "copy":
      return write(document, path, structuredClone(read(document, tokens(operation.from, fail), fail)), "add", fail, ours);
    case "move": {
      const from = tokens(operation.from, fail);
      if (path.length > from.length && from.every((token, at) => token === path[at])) {
        fail("a value cannot move into itself");
      }
      const moved = read(document, from, fail);
      return write(remove(document, from, fail, ours), path, moved, "add", fail, ours);
    }
    case "test":
      if (!same(read(document, path, fail), operation.value)) fail("the value is another one");
      return document;
    default:
      return fail("the operation is unknown");
  }
}

function tokens(pointer, fail) {
  if (pointer === "") return [];
  if (typeof pointer !== "string" || pointer[0] !== "/") fail("the path does not start with a slash");
  const found = pointer.slice(1).split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (found.includes("__proto__")) fail("the path names a prototype");
  return found;
}

function isBranch(value) {
  return typeof value === "object" && value !== null;
}

function has(branch, key) {
  return Object.prototype.hasOwnProperty.call(branch, key);
}

function keyIn(branch, token, fail, { end = false } = {}) {
  if (!Array.isArray(branch)) return token;
  if (end && token === "-") return branch.length;
  if (!/^(0|[1-9]\d*)$/.test(token)) fail(`${token} is no place in a list`);
  const index = Number(token);
  if (index > branch.length - (end ? 0 : 1)) fail(`the list has no place ${token}`);
  return index;
}

function read(document, path, fail) {
  let value = document;
  for (const token of path) {
    if (!isBranch(value)) fail(`there is nothing at ${token}`);
    const key = keyIn(value, token, fail);
    if (!has(value, key)) fail(`there is nothing at ${token}`);
    value = value[key];
  }
  return value;
}

function change(branch, path, fail, ours, last) {
  if (!isBranch(branch)) fail(`there is nothing at ${path[0]}`);
  const copy = copied(branch, ours);
  if (path.length === 1) {
    last(copy, path[0]);
    return copy;
  }
  const key = keyIn(branch, path[0], fail);
  if (!has(branch, key)) fail(`there is nothing at ${path[0]}`);
  copy[key] = change(branch[key], path.slice(1), fail, ours, last);
  return copy;
}

function copied(branch, ours) {
  if (ours.has(branch)) return branch;
  const copy = Array.isArray(branch) ? branch.slice() : { ...branch };
  ours.add(copy);
  return copy;
}

function write(document, path, value, how, fail, ours) {
  if (path.length === 0) return value;
  return change(document, path, fail, ours, (branch, token) => {
    const key = keyIn(branch, token, fail, { end: how === "add" });
    if (how === "replace" && !has(branch, key)) fail(`there is nothing at ${token}`);
    if (how === "add" && Array.isArray(branch)) branch.splice(key, 0, value);
    else branch[key] = value;
  });
}

function remove(document, path, fail, ours) {
  if (path.length === 0) fail("the whole document cannot be removed");
  return change(document, path, fail, ours, (branch, token) => {
    const key = keyIn(branch, token, fail);
    if (!has(branch, key)) fail(`there is nothing at ${token}`);
    if (Array.isArray(branch)) branch.splice(key, 1);
    else delete branch[key];
  });
}

function same(one, other) {
  if (one === other) return true;
  if (!isBranch(one) || !isBranch(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => has(other, key) && same(one[key], other[key]));
}
