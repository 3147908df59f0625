/**
 * A list that only draws what can be seen: 20,000 rows cost as much as 40. Rows may have any height;
 * they are measured when drawn, and estimated until then.
 */

import { html, useEffect, useLayoutEffect, useRef, useState } from "./html.js";

const OVERSCAN = 8;
const UNKNOWN = -1;

/**
 * Draws inside the nearest `[data-scroller]`. `row(index)` draws one; `target` is scrolled to when it
 * changes, a third of the way down.
 */
export function Windowed({ count, row, estimate = 40, target = null, label, className = "" }) {
  const list = useRef(null);
  const sizes = useRef(null);
  const goal = useRef(null);
  const [, redraw] = useState(0);
  if (sizes.current === null || sizes.current.count !== count) sizes.current = new Sizes(count, estimate);
  const known = sizes.current;
  const view = useRef({ top: 0, height: 800 });

  useEffect(() => watch(list.current, view.current, () => redraw((n) => n + 1), () => known.forget()), [known]);
  useLayoutEffect(() => {
    goal.current = target;
  }, [target, count]);
  useLayoutEffect(() => {
    const shift = known.measure(list.current, view.current.top);
    const scroller = list.current.closest("[data-scroller]");
    if (goal.current !== null) aim(list.current, scroller, known, goal, view.current);
    else if (shift) scroller.scrollTop += shift;
    if (known.dirty) redraw((n) => n + 1);
  });

  const [first, last] = known.range(view.current.top, view.current.height, goal.current ?? target, list.current === null);
  const shown = [];
  for (let index = first; index < last; index += 1) {
    shown.push(html`<div key=${index} role="listitem" data-index=${index} aria-posinset=${index + 1} aria-setsize=${count}>${row(index)}</div>`);
  }
  return html`<div ref=${list} class=${`windowed ${className}`} role="list" aria-label=${label}>
    <div style=${{ height: `${known.offset(first)}px` }} aria-hidden="true"></div>
    ${shown}
    <div style=${{ height: `${known.offset(count) - known.offset(last)}px` }} aria-hidden="true"></div>
  </div>`;
}

/** Bring the goal into view; drawn rows change the estimate, so it may take a few rounds. */
function aim(list, scroller, known, goal, view) {
  if (!isDisplayed(list)) return;
  const inside = list.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  const wanted = Math.max(0, inside + known.offset(goal.current) - scroller.clientHeight / 3);
  const reach = Math.min(wanted, scroller.scrollHeight - scroller.clientHeight);
  if (Math.abs(scroller.scrollTop - reach) > 1) {
    scroller.scrollTop = reach;
    view.top = reach - inside;
    known.dirty = true;
  } else if (!known.dirty) goal.current = null;
}

/** Tell where the scroller stands, and when it changes; returns how to stop. */
function watch(list, view, moved, resized) {
  const scroller = list.closest("[data-scroller]");
  let width = list.clientWidth;
  const look = () => {
    if (!isDisplayed(list)) return;
    const top = scroller.getBoundingClientRect().top - list.getBoundingClientRect().top;
    if (Math.abs(top - view.top) < 1 && view.height === scroller.clientHeight) return;
    view.top = top;
    view.height = scroller.clientHeight;
    moved();
  };
  const observer = new ResizeObserver(() => {
    if (isDisplayed(list) && list.clientWidth !== width) {
      width = list.clientWidth;
      resized();
      moved();
    }
    look();
  });
  observer.observe(scroller);
  observer.observe(list);
  scroller.addEventListener("scroll", look, { passive: true });
  look();
  return () => {
    observer.disconnect();
    scroller.removeEventListener("scroll", look);
  };
}

/** A list in a hidden pane has no heights: what was measured before stands. */
function isDisplayed(list) {
  return list.getClientRects().length > 0;
}

/** Heights of the rows, and where each begins. */
class Sizes {
  constructor(count, estimate) {
    this.count = count;
    this.estimate = estimate;
    this.heights = new Float64Array(count).fill(UNKNOWN);
    this.offsets = new Float64Array(count + 1);
    this.dirty = false;
    this.place();
  }

  forget() {
    this.heights.fill(UNKNOWN);
    this.place();
  }

  place() {
    for (let at = 0; at < this.count; at += 1) {
      this.offsets[at + 1] = this.offsets[at] + this.height(at);
    }
  }

  height(index) {
    return this.heights[index] === UNKNOWN ? this.estimate : this.heights[index];
  }

  offset(index) {
    return this.offsets[Math.max(0, Math.min(index, this.count))];
  }

  /** Take the heights of the rows that are drawn; returns how far what is below `top` has moved. */
  measure(list, top) {
    let shift = 0;
    this.dirty = false;
    if (!isDisplayed(list)) return 0;
    for (const element of list.children) {
      if (element.dataset.index === undefined) continue;
      const index = Number(element.dataset.index);
      const height = element.getBoundingClientRect().height;
      const before = this.height(index);
      if (Math.abs(height - before) < 0.5) continue;
      if (this.offsets[index] + before <= top) shift += height - before;
      this.heights[index] = height;
      this.dirty = true;
    }
    if (this.dirty) this.place();
    return shift;
  }

  range(top, height, goal, unmounted) {
    if (unmounted && goal !== null) return [Math.max(0, goal - 20), Math.min(this.count, goal + 40)];
    const first = this.at(top) - OVERSCAN;
    const last = this.at(top + height) + 1 + OVERSCAN;
    return [Math.max(0, first), Math.min(this.count, Math.max(last, 0))];
  }

  /** The row at a height, by halving. */
  at(y) {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsets[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
