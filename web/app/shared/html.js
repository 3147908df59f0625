/** The one place that knows which library draws the page. */

import htm from "../../vendor/htm.js";
import { Component, Fragment, h, render } from "../../vendor/preact.js";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/preact-hooks.js";
import { batch, computed, effect, signal, untracked } from "../../vendor/signals.js";

export const html = htm.bind(h);

/** A component that is drawn again only when one of its properties is another value. */
export function memo(render_) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const now = this.props;
      for (const name in next) if (next[name] !== now[name]) return true;
      for (const name in now) if (!(name in next)) return true;
      return false;
    }

    render(props) {
      return render_(props);
    }
  };
}

export {
  Component, Fragment, batch, computed, effect, h, render, signal, untracked,
  useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState,
};
