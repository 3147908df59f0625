/** The page: conversation on the left, report on the right; on a phone, one of the two. */

import { computed, effect, html, render, signal, useEffect } from "./shared/html.js";
import { Icon, Mark } from "./shared/icons.js";
import { go, pane, route, startRouter } from "./shared/router.js";
import { THEMES, applyTheme, setTheme, theme } from "./shared/theme.js";
import { ConversationList } from "./conversation/list.js";
import { ACTIVITY, readProgress } from "./conversation/progress.js";
import { conversation, loadThreads, threads } from "./conversation/thread.js";
import { ConversationPane } from "./conversation/view.js";
import { loadSources } from "./conversation/welcome.js";
import { loadReport } from "./report/store.js";
import { ReportPane } from "./report/view.js";

const drawer = signal(false);

/** The runs this conversation is about, as far as they have come. */
const runs = computed(() => conversation.value.items
  .filter((item) => item.kind === "activity" && item.type === ACTIVITY)
  .flatMap((item) => readable(item.content)));

/** A document of a form that this page does not know costs its own card, not the page. */
function readable(content) {
  try {
    return [readProgress(content)];
  } catch (problem) {
    console.error(problem);
    return [];
  }
}

function App() {
  const { run, thread } = route.value;
  const { loading, runs: turns, thread: loaded } = conversation.value;
  const told = runs.value.find((one) => one.run === run);
  // A run that went on after its turn was stopped is not told of any more: then its report is looked for.
  const progress = told && (told.ended || turns.length) ? told : null;
  const unsure = !progress && (loading || turns.length > 0 || loaded !== thread);
  const shown = run ? pane.value : "conversation";
  return html`
    <a class="skip" href="#question" onClick=${skip}>Skip to the question</a>
    <${Header} />
    <main class=${`panes ${run ? "with-report" : ""} ${drawer.value ? "with-drawer" : ""} show-${shown}`}>
      <${ConversationList} onPick=${() => { drawer.value = false; pane.value = "conversation"; }} />
      <div class="drawer-shade" onClick=${() => { drawer.value = false; }}></div>
      ${run ? html`<${Switch} shown=${shown} />` : null}
      <${ConversationPane} />
      ${run ? html`<${ReportPane} progress=${progress} unsure=${unsure} />` : null}
    </main>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("question").focus();
}

function Header() {
  useEffect(() => {
    const close = (event) => {
      if (event.key === "Escape") drawer.value = false;
    };
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, []);
  return html`<header class="top">
    <button type="button" class="quiet menu" aria-label="Conversations" aria-expanded=${drawer.value}
      onClick=${() => { drawer.value = !drawer.value; }}><${Icon} name="list" /></button>
    <h1><a class="brand" href="#/"><${Mark} /> <span>Snags</span></a></h1>
    <fieldset class="themes">
      <legend class="visually-hidden">Theme</legend>
      ${THEMES.map((name) => html`<label title=${`Theme: ${name}`}>
        <input type="radio" name="theme" value=${name} checked=${theme.value === name} onChange=${() => setTheme(name)} />
        <span class="visually-hidden">${name}</span><${Icon} name=${name} />
      </label>`)}
    </fieldset>
  </header>`;
}

/** The two panes as tabs, where there is room for one. */
function Switch({ shown }) {
  return html`<div class="switch" role="group" aria-label="What to show">
    ${[["conversation", "Conversation"], ["report", "Report"]].map(([key, name]) => html`<button type="button"
      aria-pressed=${shown === key} onClick=${() => { pane.value = key; }}>${name}</button>`)}
  </div>`;
}

function nameTheTab() {
  effect(() => {
    const { run, session, thread } = route.value;
    const title = threads.value.find((one) => one.thread_id === thread)?.title;
    document.title = [session, title ?? (run && "Report"), "Snags"].filter(Boolean).join(" · ");
  });
}

/** A report comes up beside its conversation by itself, and grows with its run. */
function followRuns() {
  const seen = new Map();
  effect(() => {
    for (const one of runs.value) {
      const stage = `${one.status} ${one.hasReport}`;
      const before = seen.get(one.run);
      if (before === stage) continue;
      seen.set(one.run, stage);
      if (before && one.hasReport) loadReport(one.run);
      if (!before && !one.ended) go({ run: one.run }, { quietly: true });
    }
  });
  effect(() => {
    const { items, thread } = conversation.value;
    if (route.value.run || route.value.thread !== thread) return;
    const about = items.map(reportIn).findLast(Boolean);
    if (about) go({ run: about }, { quietly: true });
  });
}

/** The run that an item is about: the one that it shows, or whose report a tool has read. */
function reportIn(item) {
  return item.type === ACTIVITY ? item.content.run_id : item.report;
}

applyTheme();
startRouter();
loadThreads();
loadSources();
followRuns();
nameTheTab();
render(html`<${App} />`, document.getElementById("app"));
