/** Asking from where the reader is: in the open conversation, about the report on the screen. */

import { go, route } from "../shared/router.js";
import { ask } from "./thread.js";

export function askHere(text) {
  const here = route.peek();
  const thread = ask(text, { thread: here.thread, report: here.run });
  if (here.thread !== thread) go({ ...here, thread });
}
