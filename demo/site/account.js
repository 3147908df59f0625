// Account and help.
({ account: accountPage, help: helpPage })[document.body.dataset.page]();

function accountPage() {
  const select = (name) => {
    for (const tab of ['profile', 'tickets']) {
      $('tab-' + tab).setAttribute('aria-selected', String(tab === name));
      $(tab).hidden = tab !== name;
    }
  };
  $('tab-profile').onclick = () => select('profile');
  $('tab-tickets').onclick = () => {
    select('tickets');
    showTickets();
  };
  $('display').value = localStorage.getItem('display') || $('display').value;
  $('profile').onsubmit = async (event) => {
    event.preventDefault();
    const silent = lab.meet('save_without_feedback');
    if (!silent) $('saved').textContent = '';
    await request('POST', '/api/profile', { display: $('display').value });
    localStorage.setItem('display', $('display').value);
    if (!silent) $('saved').textContent = 'Your changes are saved.';
  };
}

async function showTickets() {
  const { answer } = await request('GET', '/api/tickets');
  $('tickets').innerHTML = answer.tickets.map((ticket) =>
    `<div class="line"><span>${ticket.name}</span><button class="plain">Request refund</button></div>`).join('') + '<p id="refund-state"></p>';
  for (const button of $('tickets').querySelectorAll('button')) button.onclick = () => refund(button);
}

async function refund(button) {
  $('refund-state').innerHTML = '<span class="spinner">Requesting your refund…</span>';
  button.disabled = true;
  await request('POST', '/api/refund', {});
  button.disabled = false;
  $('refund-state').innerHTML = '<span class="good">Your refund is on its way.</span>';
}

function helpPage() {
  const articles = ['Taking bicycles aboard', 'Travelling with dogs', 'Refunds and changes', 'Winter timetable'];
  $('query').oninput = () => {
    const wanted = $('query').value.toLowerCase();
    const found = articles.filter((title) => wanted && title.toLowerCase().includes(wanted));
    $('answers').innerHTML = found.map((title) => `<p><a href="#">${title}</a></p>`).join('') || (wanted ? '<p class="muted">Nothing found yet</p>' : '');
  };
}
