// The page side of the lab: one clock for everything the recorder and the app can read, and the
// switches. It runs before any other script. Only Date, timers, frames and performance timing are
// ours; the DOM, events, fetch and the recorder are the browser's and rrweb's own.
(() => {
  if (window !== window.top || location.href === 'about:blank') return;
  const config = /*CONFIG*/ {};
  const NativeDate = window.Date;
  const nativeFetch = window.fetch.bind(window);
  const nativeTimeout = window.setTimeout.bind(window);
  const send = (kind, value) => window.labSend(JSON.stringify({ kind, value }));

  // ---- the clock: continues across documents through window.name -----------------------------
  const follows = window.name.startsWith('{');
  const saved = follows ? JSON.parse(window.name) : { now: config.start, shift: 0 };
  const latency = 140 + (Math.imul(saved.now, 2654435761) >>> 24);
  const origin = follows ? saved.now + latency : saved.now;
  let now = origin;
  let { shift } = saved;
  const timers = new Map();
  let lastTimer = 0;
  const save = () => { window.name = JSON.stringify({ now, shift }); };
  const wall = () => now + shift;
  save();

  function FakeDate(...parts) {
    if (!new.target) return new NativeDate(wall()).toString();
    return parts.length ? new NativeDate(...parts) : new NativeDate(wall());
  }
  FakeDate.prototype = NativeDate.prototype;
  Object.assign(FakeDate, { now: wall, parse: NativeDate.parse, UTC: NativeDate.UTC });
  window.Date = FakeDate;

  const plan = (run, delay, every) => {
    lastTimer += 1;
    timers.set(lastTimer, { id: lastTimer, at: now + Math.max(1, Number(delay) || 0), run, every });
    return lastTimer;
  };
  const bound = (run, extra) => (typeof run === 'function' ? () => run(...extra) : () => {});
  window.setTimeout = (run, delay, ...extra) => plan(bound(run, extra), delay, 0);
  window.setInterval = (run, delay, ...extra) =>
    plan(bound(run, extra), delay, Math.max(4, Number(delay) || 0));
  window.clearTimeout = (id) => { timers.delete(id); };
  window.clearInterval = window.clearTimeout;
  window.requestAnimationFrame = (run) => plan(() => run(now - origin), 16, 0);
  window.cancelAnimationFrame = window.clearTimeout;
  window.requestIdleCallback = (run) =>
    plan(() => run({ didTimeout: false, timeRemaining: () => 10 }), 40, 0);
  window.cancelIdleCallback = window.clearTimeout;

  // ---- resource timing on the same clock ------------------------------------------------------
  const entries = [];
  const observers = new Set();
  performance.now = () => now - origin;
  Object.defineProperty(performance, 'timeOrigin', { get: () => origin + shift });
  performance.getEntries = () => [...entries];
  performance.getEntriesByName = (name) => entries.filter((entry) => entry.name === name);
  performance.getEntriesByType = (type) => entries.filter((entry) => entry.entryType === type);
  window.PerformanceObserver = class {
    constructor(report) { this.report = report; }
    observe() { observers.add(this); }
    disconnect() { observers.delete(this); }
    takeRecords() { return []; }
    static supportedEntryTypes = ['navigation', 'resource'];
  };
  const timed = (name, entryType, initiatorType, startTime, responseStatus, lasted = 0) => {
    const end = now - origin + lasted;
    const entry = {
      name, entryType, initiatorType, startTime, responseStatus,
      fetchStart: startTime, responseStart: end, responseEnd: end, duration: end - startTime,
      toJSON: () => ({ name, entryType, startTime, duration: end - startTime }),
    };
    entries.push(entry);
    const list = { getEntries: () => [entry], getEntriesByType: () => [entry] };
    for (const observer of observers) observer.report(list, observer);
  };

  let started = 0;
  let finished = 0;
  let leaving = false;
  let traversed = 0;
  window.fetch = async (input, init) => {
    started += 1;
    const begin = now - origin;
    const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input, location.href);
    let status = 0;
    if (url.origin !== location.origin && init?.body) {
      new Response(init.body).text().then((body) => send('captured', { at: wall(), body }));
    }
    try {
      const response = await nativeFetch(input, init);
      status = response.status;
      await response.clone().arrayBuffer();
      return response;
    } finally {
      timed(url.href, 'resource', 'fetch', begin, status);
      finished += 1;
    }
  };
  window.navigation.addEventListener('navigate', (event) => {
    if (event.destination.sameDocument || event.hashChange || event.downloadRequest) {
      if (event.navigationType === 'traverse') traversed += 1;
      return;
    }
    leaving = true;
  });

  // ---- what the driver calls -------------------------------------------------------------------
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => waiting.shift()();
  const breathe = () => new Promise((resume) => { waiting.push(resume); channel.port2.postMessage(0); });
  const state = () => ({ now, started, finished, traversed, path: location.pathname });
  const earliest = (end) => {
    let best = null;
    for (const timer of timers.values()) {
      if (timer.at <= end && (!best || timer.at < best.at)) best = timer;
    }
    return best;
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden';
  };
  const find = (target, first = true) => {
    const [css, text] = target.split('|');
    const found = [...document.querySelectorAll(css)].filter(visible)
      .filter((element) => !text || (element.innerText || element.value || '').includes(text));
    return first ? found[0] : found;
  };
  window.labDriver = {
    leaving: () => leaving,
    async leave(path) {
      location.assign(path);
      await breathe();
    },
    async back() {
      const before = traversed;
      history.back();
      for (let turn = 0; turn < 100 && traversed === before && !leaving; turn += 1) {
        await new Promise((resume) => nativeTimeout(resume, 5));
      }
    },
    async settle() {
      await breathe();
      await breathe();
      return state();
    },
    async advance(ms) {
      await breathe();
      const end = now + ms;
      const before = started;
      const wasLeaving = leaving;
      while (started === before && leaving === wasLeaving) {
        const timer = earliest(end);
        if (!timer) {
          now = end;
          break;
        }
        now = Math.max(now, timer.at);
        save();
        if (timer.every) timer.at = now + timer.every;
        else timers.delete(timer.id);
        try {
          timer.run();
        } catch (error) {
          reportError(error);
        }
        await breathe();
      }
      save();
      return state();
    },
    async answered(before) {
      for (let turn = 0; turn < 200 && finished <= before; turn += 1) {
        await new Promise((resume) => nativeTimeout(resume, 3));
      }
      await breathe();
      await breathe();
      return state();
    },
    async jump(ms) {
      shift += ms;
      save();
    },
    async aim(target, index = 0) {
      const element = find(target, false)[index];
      if (!element) return null;
      let box = element.getBoundingClientRect();
      if (box.top < 0 || box.bottom > innerHeight) {
        element.scrollIntoView({ block: 'center' });
        box = element.getBoundingClientRect();
      }
      return { x: box.left, y: box.top, width: box.width, height: box.height };
    },
    count: async (target) => find(target, false).length,
    async text(target) {
      const element = find(target);
      return element ? element.innerText || element.value || '' : '';
    },
    async value(target) {
      const element = find(target);
      return element ? String(element.value ?? '') : '';
    },
  };

  // ---- what the app calls ----------------------------------------------------------------------
  const active = new Set(config.switches);
  window.lab = {
    on: (id) => active.has(id),
    hit: (id, since = wall()) => send('hit', { id, at: since, page: location.pathname }),
    once(id) {
      const key = 'once:' + id;
      if (!active.has(id) || sessionStorage.getItem(key)) return false;
      sessionStorage.setItem(key, '1');
      send('hit', { id, at: wall(), page: location.pathname });
      return true;
    },
    meet(id) {
      if (!active.has(id)) return false;
      send('hit', { id, at: wall(), page: location.pathname });
      return true;
    },
  };
  let seed = (config.seed ^ (origin & 0xffffff)) >>> 0;
  Math.random = () => {
    seed = (seed + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  window.labStart = () => {
    timed(location.href, 'navigation', 'navigation', 0, 200, latency);
    send('ready', { now });
  };
  window.labEmit = (event) => send('event', event);
  window.labRecorder = config.recorder;
})();
