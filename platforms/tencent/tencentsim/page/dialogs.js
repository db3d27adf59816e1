// The two dialogs: faults, and the members of a group.
import { el, fromTemplate } from './parts.js';
import { send } from './send.js';

const faultWords = {
  lost_answer: ['Lost answers', 'the call is carried out, its answer never arrives'],
  slow_answer: ['Slow answers', 'carried out at once, answered after 4 seconds'],
  server_error: ['Server errors', 'HTTP 502, nothing is carried out'],
  broken_json: ['Broken JSON', 'carried out, the answer ends in the middle'],
  throttle: ['Throttling', 'code 60007, nothing is carried out'],
  truncate_recall: ['Short recall answers', 'the last message’s code is missing'],
  drop_webhook: ['Lost webhooks', 'never sent'],
  duplicate_webhook: ['Repeated webhooks', 'sent twice'],
  reorder_webhook: ['Webhooks out of order', 'overtaken by the next one'],
  bad_signature: ['Forged webhooks', 'with a wrong signature'],
};
const chances = [[0, 'never'], [0.1, '1 in 10'], [0.5, 'every other'], [1, 'always']];

function row(title, detail, options, value, change) {
  const node = fromTemplate('t-row');
  node.querySelector('b').textContent = title;
  node.querySelector('small').textContent = detail;
  const select = node.querySelector('select');
  select.append(...options.map(([v, words]) => new Option(words, v)));
  select.value = value;
  select.addEventListener('change', () => change(select));
  return node;
}

export function showFaults(faults) {
  const now = { ...faults };
  el('fault-list').replaceChildren(...Object.entries(faultWords).map(([name, [title, detail]]) => {
    const nearest = chances.findLast(([p]) => p <= (now[name] ?? 0))[0];
    const node = row(title, detail, chances, nearest, (select) => {
      now[name] = Number(select.value);
      select.classList.toggle('on', now[name] > 0);
      send('faults', { faults: now });
    });
    node.querySelector('select').classList.toggle('on', nearest > 0);
    return node;
  }));
  el('faults').showModal();
}

export function showMembers(view) {
  el('members-title').textContent = view.parent ?? view.name;
  el('members-note').textContent = view.admins
    ? 'Owner and admins may have other people’s messages recalled.'
    : 'This type of group has no admins.';
  el('member-list').replaceChildren(...view.members.map((m) => {
    const options = m.role === 'Owner' ? [['Owner', 'Owner']] : [['Member', 'Member'], ...(view.admins ? [['Admin', 'Admin']] : []), ['Owner', 'Owner']];
    const node = row(m.name, m.account + (m.muted ? ' · muted' : ''), options, m.role, async (select) => {
      const done = await send('role', { conv: view.conv, account: m.account, role: select.value });
      if (!done) select.value = m.role;
      else if (select.value === 'Owner') el('members').close();
    });
    return node;
  }));
  el('members').showModal();
}
