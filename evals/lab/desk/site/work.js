// Onboarding, board, search and reports.
const TASKS = { 'To do': ['Order lanyards', 'Book the hall'], Doing: ['Write to speakers'], Done: ['Choose a date'] };
const ITEMS = { tickets: ['Projector is flickering', 'Badge printer jams'], archive: ['Catering invoice 2025', 'Catering contract', 'Old floor plan'] };

routes['/'] = routes['/welcome'] = function welcome() {
  const kept = JSON.parse(sessionStorage.getItem('wizard') || '{}');
  view.innerHTML = `<h1>Create your workspace</h1><form data-testid="wizard"><label>Workspace name<input data-testid="ws-name" required placeholder="Team or company" value="${kept.name || ''}"></label>
    <label>What is it for?<input data-testid="ws-purpose" placeholder="For example: events" value="${kept.purpose || ''}"></label><label>People<select data-testid="ws-size"><option>1 to 5</option><option>6 to 20</option><option>More</option></select></label>
    <p data-testid="ws-note"></p><button data-testid="ws-next">Create workspace</button></form>`;
  byTest('wizard').addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = byTest('ws-name').value;
    sessionStorage.setItem('wizard', JSON.stringify({ name, purpose: byTest('ws-purpose').value }));
    const { ok, status, data } = await send('POST', '/v1/workspaces', { name });
    if (ok) go('/welcome/invite');
    else if (status === 409) byTest('ws-note').textContent = data.message;
  });
};

routes['/welcome/invite'] = function invite() {
  view.innerHTML = `<h1>Invite your team</h1><form data-testid="invite-form"><label>E-mail addresses<textarea data-testid="invite-emails" required placeholder="name@company.com"></textarea></label>
    <button data-testid="invite-send">Send invites</button> <button type="button" data-kind="quiet" data-testid="invite-back">Back</button></form>`;
  byTest('invite-back').addEventListener('click', () => {
    if (lab.meet('wizard_back_lost')) sessionStorage.removeItem('wizard');
    go('/welcome');
  });
  byTest('invite-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    if (/[A-Z]/.test(byTest('invite-emails').value) && lab.meet('invite_dead')) return;
    await send('POST', '/v1/invites', {});
    go('/board');
    banner('Invitations sent. Welcome aboard!');
  });
};

routes['/board'] = async function board() {
  view.innerHTML = '<h1>Board</h1><p data-testid="loading">Loading board…</p>';
  const begun = Date.now();
  await send('GET', '/v1/board');
  if (location.pathname !== '/board') return;
  if (lab.on('slow_board')) lab.hit('slow_board', begun);
  view.innerHTML = `<h1>Board</h1><div class="cols">${Object.entries(TASKS).map(([name, tasks]) => `<div class="col"><b>${name}</b>${tasks.map((task) => `<div class="task" data-testid="task">${task} <button data-kind="quiet" data-testid="task-star">☆</button></div>`).join('')}</div>`).join('')}</div>
    <form data-testid="add-form"><label>New task<input data-testid="task-name" required placeholder="What needs doing?"></label><button data-testid="task-add">Add task</button></form>`;
  for (const star of document.querySelectorAll('[data-testid=task-star]')) {
    star.addEventListener('click', () => { star.textContent = star.textContent === '☆' ? '★' : '☆'; });
  }
  byTest('task-name').addEventListener('keydown', (event) => {
    if (event.key === '/' && lab.meet('slash_steals')) {
      event.preventDefault();
      go('/search');
      byTest('query').focus();
    }
  });
  byTest('add-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = byTest('task-name').value;
    await send('POST', '/v1/tasks', { name });
    document.querySelector('.col').insertAdjacentHTML('beforeend', `<div class="task" data-testid="task"></div>`);
    [...document.querySelectorAll('.col:first-child .task')].at(-1).textContent = name;
    byTest('task-name').value = '';
  });
};

routes['/search'] = function search() {
  view.innerHTML = `<h1>Search</h1><label>Find anything<input data-testid="query" placeholder="Type to search" autocomplete="off"></label>
    <div role="tablist"><button role="tab" data-kind="quiet" data-tab="tickets" data-testid="tab-tickets">Tickets</button><button role="tab" data-kind="quiet" data-tab="archive" data-testid="tab-archive">Archive</button></div><ul data-testid="hits"></ul>`;
  let tab = lab.on('results_in_archive') ? 'tickets' : 'archive';
  let current;
  const show = (found) => { byTest('hits').innerHTML = found.map((hit) => `<li data-testid="hit">${hit}</li>`).join('') || '<li data-testid="none">No results</li>'; };
  const look = async () => {
    const words = byTest('query').value.toLowerCase();
    if (!words) return;
    if (current && lab.on('d_aborted')) { current.abort(); lab.once('d_aborted'); }
    current = new AbortController();
    try {
      await send('GET', `/v1/search?q=${encodeURIComponent(words)}&tab=${tab}`, null, { signal: current.signal });
    } catch (error) {
      if (error.name === 'AbortError') return;
      throw error;
    }
    current = null;
    const found = ITEMS[tab].filter((item) => item.toLowerCase().includes(words));
    if (!found.length && lab.on('results_in_archive')) lab.hit('results_in_archive');
    show(found);
  };
  const mark = () => { for (const button of document.querySelectorAll('[role=tab]')) button.setAttribute('aria-selected', String(button.dataset.tab === tab)); };
  mark();
  for (const button of document.querySelectorAll('[role=tab]')) button.addEventListener('click', () => { tab = button.dataset.tab; mark(); look(); });
  let wait;
  byTest('query').addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(look, 60); });
};

routes['/reports'] = function reports() {
  if (lab.meet('reports_blank')) {
    view.innerHTML = '';
    throw new TypeError("Cannot read properties of null (reading 'series')");
  }
  view.innerHTML = `<h1>Reports</h1><form data-testid="report-form"><label>Period<select data-testid="period"><option>This month</option><option>Last month</option><option>Last year</option></select></label>
    <button data-testid="report-run">Show report</button></form><div data-testid="report"></div><p><button data-kind="quiet" data-testid="export">Export as file</button> <span data-testid="export-state"></span></p>`;
  byTest('report-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const period = byTest('period').value;
    if (period === 'This month' && lab.meet('report_empty_month')) {
      banner('Could not load the report', 'bad');
      return;
    }
    const { ok } = await send('GET', '/v1/report?period=' + encodeURIComponent(period));
    banner(ok ? '' : 'Could not load the report', 'bad');
    if (ok) byTest('report').innerHTML = '<table><tr><th>Week</th><th>Done</th></tr><tr><td>9</td><td>14</td></tr><tr><td>10</td><td>11</td></tr></table>';
  });
  byTest('export').addEventListener('click', async () => {
    byTest('export-state').textContent = 'Preparing your file…';
    await send('POST', '/v1/export', {});
    byTest('export-state').textContent = 'Your file is ready: report.csv';
  });
};
