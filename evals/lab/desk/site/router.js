// Client-side routing, requests, banner and dialogs.
const view = document.querySelector('#view');
const byTest = (id) => document.querySelector(`[data-testid="${id}"]`);
const routes = {};

function go(path) {
  history.pushState({}, '', path);
  draw();
}

function draw() {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  banner('');
  (routes[location.pathname] || routes['/board'])();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-route]');
  if (!link) return;
  event.preventDefault();
  go(link.pathname);
});
addEventListener('popstate', draw);

function banner(text, tone = 'good') {
  const element = byTest('banner');
  element.hidden = !text;
  element.textContent = text;
  element.dataset.tone = tone;
}

async function send(method, path, body, options = {}) {
  const response = await fetch(path, { method, body: body ? JSON.stringify(body) : undefined, ...options });
  if (response.status === 401) {
    await fetch('/v1/token', { method: 'POST' });
    return send(method, path, body, options);
  }
  if (response.status === 429) {
    await new Promise((resume) => setTimeout(resume, 220));
    return send(method, path, body, options);
  }
  const data = await response.json();
  return { status: response.status, ok: response.ok, data };
}

function ask(question, label) {
  const dialog = document.createElement('dialog');
  dialog.dataset.testid = 'confirm';
  dialog.innerHTML = `<p>${question}</p><button data-testid="confirm-yes">${label}</button> <button data-kind="quiet" data-testid="confirm-no">Cancel</button>`;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    for (const [id, value] of [['confirm-yes', true], ['confirm-no', false]]) {
      byTest(id).addEventListener('click', () => { dialog.close(); dialog.remove(); answer(value); });
    }
  });
}
