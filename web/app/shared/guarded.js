/** A part that cannot be drawn says so; everything around it goes on. */

import { Component, html } from "./html.js";

export class Guarded extends Component {
  constructor() {
    super();
    this.state = { broken: false };
  }

  static getDerivedStateFromError() {
    return { broken: true };
  }

  componentDidCatch(problem) {
    console.error(problem);
  }

  render({ children, what }) {
    if (!this.state.broken) return children;
    return html`<div class="trouble" role="alert"><div>
      <p>This ${what} cannot be shown: it has a form that this page does not know. Reload the page; if that changes nothing, the JSON export has it all.</p>
    </div></div>`;
  }
}
