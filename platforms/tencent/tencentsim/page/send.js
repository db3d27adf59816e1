// What the page asks the simulator to do.
import { el } from './parts.js';

let timer;

// say shows a sentence for a few seconds; an empty one hides it.
export function say(words) {
  el('toast').textContent = words;
  el('toast').hidden = !words;
  clearTimeout(timer);
  if (words) timer = setTimeout(() => say(''), 5000);
}

// send does a deed and reports whether it was done.
export async function send(deed, body) {
  try {
    const res = await fetch(`sim/${deed}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    if (res.ok) return true;
    say((await res.json()).error);
  } catch {
    say('The simulator does not answer.');
  }
  return false;
}
