// Small things the page is made of.

// el returns the element with an id, or, given text, makes an element of a tag.
export function el(name, text, attributes) {
  if (text === undefined) return document.getElementById(name);
  const node = document.createElement(name);
  node.textContent = text;
  for (const [k, v] of Object.entries(attributes ?? {})) node.setAttribute(k, v);
  return node;
}

export const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

// avatar shows initials (or the first Chinese character) on a colour that
// belongs to the account.
export function avatar(node, name, key) {
  const han = name.match(/^\p{Script=Han}/u);
  const words = name.split(/[\s.@#_-]+/).filter((w) => /^[\p{L}\d]/u.test(w));
  node.textContent = han ? [...name].slice(0, 1).join('') : words.slice(0, 2).map((w) => [...w][0].toUpperCase()).join('');
  let hash = 7;
  for (const c of key) hash = (hash * 31 + c.codePointAt(0)) % 9973;
  node.classList.add(`hue-${hash % 8}`);
}

export function clock(node, ms, seconds) {
  const t = new Date(ms);
  node.dateTime = t.toISOString();
  node.textContent = t.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}) });
}

// lasted says a duration as people do.
export function lasted(ms = 0) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
