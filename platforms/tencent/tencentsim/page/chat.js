// The chat page: one stream in, small JSON requests out. Everything that people
// wrote is set as text, never as markup.
import { el, fromTemplate, avatar, clock, lasted } from './parts.js';
import { send, say } from './send.js';
import { showFaults, showMembers } from './dialogs.js';

const windows = new Map(); // by conversation
const kept = 150; // messages a window shows
const page = { samples: [], faults: {}, paused: false };

// ---- windows

function openWindow(view) {
  const root = fromTemplate('t-window');
  const w = { view, root, log: root.querySelector('.log'), form: root.querySelector('.composer'), items: new Map(), last: null };
  const as = w.form.querySelector('.as');
  w.form.addEventListener('submit', (e) => { e.preventDefault(); submit(w); });
  w.form.querySelector('.text').addEventListener('keydown', (e) => { if (e.key === 'Escape') stopEditing(w); });
  w.form.querySelector('.sample').addEventListener('change', (e) => postSample(w, e.target));
  as.addEventListener('change', () => { stopEditing(w); markOwn(w); });
  root.querySelector('.members').addEventListener('click', () => showMembers(w.view));
  w.log.addEventListener('click', (e) => onAct(w, e));
  for (const label of page.samples) w.form.querySelector('.sample').append(el('option', label, { value: label }));
  windows.set(view.conv, w);
  el('windows').append(root);
  return w;
}

function describe(w, view) {
  w.view = { ...view, messages: undefined };
  const { root } = w;
  const n = view.members.length;
  root.querySelector('h2').textContent = view.name;
  root.querySelector('.title p').textContent = [view.parent, view.kind, view.kind === 'Direct' ? '' : `${n} member${n === 1 ? '' : 's'}`].filter(Boolean).join(' · ');
  root.setAttribute('aria-label', view.name);
  avatar(root.querySelector('header .avatar'), view.name, view.conv);
  w.log.setAttribute('aria-label', `Messages in ${view.name}`);
  fillMembers(w.form.querySelector('.as'), view.members);
  root.querySelector('.members').hidden = view.kind === 'Direct';
}

function fillMembers(select, members) {
  const chosen = select.value;
  select.replaceChildren(...members.map((m) => el('option', m.name, { value: m.account })));
  if (members.some((m) => m.account === chosen)) select.value = chosen;
}

function showWindow(view) {
  const known = windows.get(view.conv);
  if (view.gone) {
    known?.root.remove();
    windows.delete(view.conv);
    return;
  }
  const w = known ?? openWindow(view);
  describe(w, view);
  for (const m of view.messages ?? []) showMessage(m, false);
}

// ---- messages

function showMessage(m, fresh) {
  const w = windows.get(m.conv);
  if (!w) return;
  const bottom = w.log.scrollHeight - w.log.scrollTop - w.log.clientHeight < 80;
  const item = m.system ? tip(m) : m.state === 'recalled' ? recalled(m) : bubble(w, m);
  const old = w.items.get(m.id);
  item.classList.toggle('fresh', fresh && (!old || m.state === 'recalled'));
  if (old) old.node.replaceWith(item);
  else w.log.append(item);
  w.items.set(m.id, { node: item, view: m });
  trim(w);
  group(w, item);
  if (bottom) w.log.scrollTop = w.log.scrollHeight;
}

function tip(m) {
  const node = fromTemplate('t-tip');
  node.firstElementChild.textContent = m.text;
  return node;
}

function bubble(w, m) {
  const node = fromTemplate('t-message');
  node.dataset.id = m.id;
  node.dataset.from = m.from;
  avatar(node.querySelector('.avatar'), m.name, m.from);
  node.querySelector('b').textContent = m.name;
  clock(node.querySelector('time'), m.at);
  node.querySelector('.marks').textContent = [m.edits ? 'edited' : '', m.online ? 'online only' : ''].filter(Boolean).join(', ');
  node.querySelector('.bubble').textContent = m.text;
  node.classList.toggle('own', w.form.querySelector('.as').value === m.from);
  if (m.state === 'refused') refuse(node, m);
  return node;
}

function refuse(node, m) {
  node.classList.add('refused');
  node.querySelector('.verdict').textContent = m.code
    ? `✕ Not sent: ${m.reason || 'refused'} (${m.code}). Only ${m.name} sees this.`
    : '✕ Dropped silently. The sender believes it was sent.';
}

function recalled(m) {
  const node = fromTemplate('t-recalled');
  const own = m.by === m.name;
  node.querySelector('b').textContent = own ? m.name : `${m.name}’s message`;
  node.querySelector('.how').textContent = own ? `recalled a message after ${lasted(m.after)}` : `was recalled by ${m.by} after ${lasted(m.after)}`;
  clock(node.querySelector('time'), m.at);
  node.querySelector('.reason').textContent = m.reason ?? '';
  return node;
}

// group drops name and picture where the same person goes on speaking.
function group(w, item) {
  const before = item.previousElementSibling;
  const goesOn = (a, b) => Boolean(a && b && a.dataset.from && a.dataset.from === b.dataset.from);
  item.classList.toggle('follows', goesOn(before, item));
  item.nextElementSibling?.classList.toggle('follows', goesOn(item, item.nextElementSibling));
}

function trim(w) {
  while (w.items.size > kept) {
    const [id, old] = w.items.entries().next().value;
    old.node.remove();
    w.items.delete(id);
  }
}

function markOwn(w) {
  const me = w.form.querySelector('.as').value;
  for (const { node } of w.items.values()) node.classList.toggle('own', Boolean(node.dataset.from) && node.dataset.from === me);
}

// ---- what a person does

async function submit(w) {
  const input = w.form.querySelector('.text');
  const deed = { conv: w.view.conv, from: w.form.querySelector('.as').value, text: input.value };
  const editing = w.editing;
  const done = editing
    ? await send('edit', { ...deed, seq: editing.seq, key: editing.key })
    : await send('post', deed);
  if (!done) return;
  stopEditing(w);
  input.value = '';
}

async function postSample(w, select) {
  const sample = select.value;
  select.value = '';
  if (sample) await send('post', { conv: w.view.conv, from: w.form.querySelector('.as').value, sample });
}

function onAct(w, e) {
  const act = e.target.closest('.acts button');
  if (!act) return;
  const { view } = w.items.get(act.closest('.message').dataset.id);
  if (act.classList.contains('recall')) {
    send('recall', { conv: view.conv, from: w.form.querySelector('.as').value, seq: view.seq, key: view.key });
    return;
  }
  const input = w.form.querySelector('.text');
  w.editing = view;
  w.form.classList.add('editing');
  input.value = view.text;
  input.focus();
}

function stopEditing(w) {
  if (!w.editing) return;
  w.editing = null;
  w.form.classList.remove('editing');
  w.form.querySelector('.text').value = '';
}

// ---- the bar

function showCounters(c) {
  el('n-recalled').textContent = c.recalled.toLocaleString('en');
  el('n-webhooks').textContent = c.webhooks.toLocaleString('en');
  el('n-calls').textContent = c.calls.toLocaleString('en');
}

function showCall(c) {
  const node = fromTemplate('t-call');
  const good = c.code === 0 && c.status === 200 && !c.fault;
  clock(node.querySelector('time'), c.at, true);
  const code = node.querySelector('code');
  code.textContent = c.name.split('/').pop() + (c.items > 1 ? ` ×${c.items}` : '');
  code.title = c.name;
  node.querySelector('.code').textContent = good ? 'ok' : c.fault || String(c.code);
  node.classList.toggle('bad', !good);
  el('calls').prepend(node);
  while (el('calls').children.length > 200) el('calls').lastElementChild.remove();
}

function countFaults(faults) {
  page.faults = faults;
  const n = Object.values(faults).filter((p) => p > 0).length;
  el('n-faults').textContent = n;
  el('n-faults').hidden = n === 0;
}

function showTalk({ playing, paused }) {
  page.paused = paused;
  el('talk').hidden = !playing;
  el('talk').textContent = paused ? 'Resume the talk' : 'Pause the talk';
}

el('talk').addEventListener('click', () => send('talk', { paused: !page.paused }));
el('open-faults').addEventListener('click', () => showFaults(page.faults));
el('toggle-wire').addEventListener('click', (e) => {
  const open = el('wire').hidden;
  el('wire').hidden = !open;
  e.currentTarget.setAttribute('aria-expanded', String(open));
});

// ---- the stream

function begin(state) {
  page.samples = state.samples;
  const chosen = new Map([...windows].map(([conv, w]) => [conv, w.form.querySelector('.as').value]));
  windows.clear();
  el('windows').replaceChildren();
  for (const view of state.windows) {
    const w = openWindow(view);
    describe(w, view);
    const as = w.form.querySelector('.as');
    if (chosen.get(view.conv)) as.value = chosen.get(view.conv);
    for (const m of view.messages ?? []) showMessage(m, false);
  }
  for (const w of windows.values()) w.log.scrollTop = w.log.scrollHeight; // once all of them have their height
  countFaults(state.faults);
  showCounters(state.counters);
  showTalk(state);
}

function live(on) {
  el('live').textContent = on ? 'live' : 'reconnecting';
  el('live').toggleAttribute('data-on', on);
}

const stream = new EventSource('sim/events');
const on = (kind, act) => stream.addEventListener(kind, (e) => act(JSON.parse(e.data)));
on('state', begin);
on('message', (m) => showMessage(m, true));
on('windows', (views) => views.forEach(showWindow));
on('counters', showCounters);
on('call', showCall);
on('faults', countFaults);
on('talk', showTalk);
stream.onopen = () => live(true);
stream.onerror = () => live(false);
say(''); // nothing to complain about yet
