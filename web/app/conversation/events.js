/**
 * AG-UI events → what a conversation shows. Pure: a state and an event give the next state, and what an
 * event does not touch stays the same object.
 *
 * An item is one of
 *   {kind: "user" | "assistant", id, text, streaming}
 *   {kind: "tool", id, name, arguments, result, running, report}
 *   {kind: "activity", id, type, content}
 *   {kind: "trouble" | "note", id, text}
 *
 * `report` is the run whose report a tool read or made.
 */

import { PatchFailed, applyPatch } from "../shared/json-patch.js";

export const EMPTY = { items: [], runs: [] };

/** The state after an event. Throws PatchFailed where a delta does not fit what is here. */
export function reduce(state, event) {
  const handler = HANDLERS[event.type];
  return handler ? handler(state, event) : state;
}

const HANDLERS = {
  RUN_STARTED: (state, event) => {
    const asked = (event.input?.messages ?? []).filter((message) => message.role === "user");
    return { ...asked.reduce(withMessage, state), runs: [...state.runs.filter((run) => run !== event.runId), event.runId] };
  },
  RUN_FINISHED: (state, event) => (event.outcome?.type === "cancelled"
    ? append(ended(state, event.runId), { kind: "note", id: `note-${event.runId}`, text: "Stopped." })
    : ended(state, event.runId)),
  RUN_ERROR: (state, event) => {
    const turn = event.metadata?.turn ?? event.runId ?? state.runs.at(-1);
    return upsert(ended(state, turn), `trouble_${turn}`, () => trouble(`trouble_${turn}`, event.message));
  },

  TEXT_MESSAGE_START: (state, event) => upsert(state, event.messageId, (found) => found ?? {
    kind: event.role === "user" ? "user" : "assistant", id: event.messageId, text: "", streaming: true,
  }),
  TEXT_MESSAGE_CONTENT: (state, event) => upsert(state, event.messageId, (found) => ({
    kind: "assistant", id: event.messageId, streaming: true, ...found, text: (found?.text ?? "") + event.delta,
  })),
  TEXT_MESSAGE_END: (state, event) => upsert(state, event.messageId, (found) => found && { ...found, streaming: false }),

  TOOL_CALL_START: (state, event) => upsert(state, event.toolCallId, (found) => found ?? {
    kind: "tool", id: event.toolCallId, name: event.toolCallName, arguments: "", result: null, running: true, report: null,
  }),
  TOOL_CALL_ARGS: (state, event) => upsert(state, event.toolCallId, (found) => found && {
    ...found, arguments: found.arguments + event.delta,
  }),
  TOOL_CALL_RESULT: (state, event) => upsert(state, event.toolCallId, (found) => found && {
    ...found, result: textOf(event.content), running: false, report: event.metadata?.run_id ?? null,
  }),

  ACTIVITY_SNAPSHOT: (state, event) => upsert(state, event.messageId, (found) => (found && event.replace === false
    ? found
    : { kind: "activity", id: event.messageId, type: event.activityType, content: event.content })),
  ACTIVITY_DELTA: (state, event) => upsert(state, event.messageId, (found) => {
    if (!found) throw new PatchFailed(event.patch[0], `there is no activity ${event.messageId}`);
    return { ...found, content: applyPatch(found.content, event.patch) };
  }),

  MESSAGES_SNAPSHOT: (state, event) => {
    const items = itemsOf(event.messages);
    const named = new Set(items.map((item) => item.id));
    const kept = state.items.filter((item) => item.kind === "activity" && !named.has(item.id));
    return { ...state, items: [...items, ...kept] };
  },
};

/** How the server stores a turn that failed: as an activity of this type. */
const TROUBLE = "snags.trouble";

function trouble(id, text) {
  return { kind: "trouble", id, text };
}

/** Items of messages as they are stored. */
export function itemsOf(messages) {
  return messages.reduce(withMessage, EMPTY).items;
}

function withMessage(state, message) {
  if (message.role === "activity") {
    return upsert(state, message.id, () => (message.activityType === TROUBLE
      ? trouble(message.id, message.content.message)
      : { kind: "activity", id: message.id, type: message.activityType, content: message.content }));
  }
  if (message.role === "tool") {
    return upsert(state, message.toolCallId, (found) => ({
      kind: "tool", id: message.toolCallId, name: "", arguments: "", ...found, result: textOf(message.content), running: false, report: message.metadata?.run_id ?? null,
    }));
  }
  if (message.role !== "user" && message.role !== "assistant") return state;
  const called = (message.toolCalls ?? []).map((call) => ({
    kind: "tool", id: call.id, name: call.function.name, arguments: call.function.arguments, result: null, running: true, report: null,
  }));
  const text = textOf(message.content);
  const spoken = text
    ? upsert(state, message.id, () => ({ kind: message.role, id: message.id, text, streaming: false }))
    : state;
  return called.reduce((now, tool) => upsert(now, tool.id, (found) => found ?? tool), spoken);
}

function textOf(content) {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text ?? "").join("");
}

function upsert(state, id, make) {
  const at = state.items.findLastIndex((item) => item.id === id);
  const made = make(at < 0 ? undefined : state.items[at]);
  if (!made) return state;
  if (at < 0) return append(state, made);
  return made === state.items[at] ? state : { ...state, items: state.items.with(at, made) };
}

function append(state, item) {
  return { ...state, items: [...state.items, item] };
}

/** A turn is over, well or not; with the last one, nothing is being written any more. */
function ended(state, run) {
  const runs = state.runs.filter((one) => one !== run);
  return runs.length ? { ...state, runs } : atRest(state);
}

/** Nothing is going on any more, and nothing is being written. */
export function atRest(state) {
  return { ...state, runs: [], items: state.items.map(settled) };
}

function settled(item) {
  if (item.running) return { ...item, running: false };
  return item.streaming ? { ...item, streaming: false } : item;
}
