// Checkout, conditions and the confirmation.
const fields = ['name', 'email', 'phone', 'card'];
({ checkout: checkoutPage, terms: () => {}, done: donePage })[document.body.dataset.page]();

function checkoutPage() {
  const kept = JSON.parse(sessionStorage.getItem('form') || '{}');
  const lost = Object.values(kept).some(Boolean) && lab.on('form_lost');
  if (lost) {
    lab.hit('form_lost');
    sessionStorage.removeItem('form');
  }
  for (const field of fields) {
    if (!lost) $(field).value = kept[field] || '';
    $(field).oninput = () => {
      const values = Object.fromEntries(fields.map((name) => [name, $(name).value]));
      sessionStorage.setItem('form', JSON.stringify(values));
    };
  }
  $('pay').onsubmit = (event) => {
    event.preventDefault();
    pay();
  };
}

async function pay() {
  const missing = fields.find((field) => !$(field).value);
  $('form-error').textContent = missing ? 'Please fill in every field.' : '';
  if (missing) return;
  $('pay-now').disabled = true;
  $('pay-now').textContent = 'Paying…';
  $('notice').innerHTML = '';
  const { ok, status, answer } = await request('POST', '/api/pay', { total: basket.read().total });
  $('pay-now').disabled = false;
  $('pay-now').textContent = 'Pay now';
  if (!ok) {
    console.error(`Payment failed with status ${status}`);
    $('notice').innerHTML = '<div class="alert" role="alert">Something went wrong. Please try again.</div>';
    return;
  }
  sessionStorage.setItem('reference', answer.reference);
  sessionStorage.removeItem('form');
  location.href = '/done';
}

function donePage() {
  $('reference').textContent = sessionStorage.getItem('reference') || 'HF-0000';
  $('download').onclick = () => {
    const under = lab.meet('ticket_under_overlay');
    $('layer').innerHTML = `<div class="overlay"></div><div class="sheet ${under ? 'under' : ''}" role="dialog"><h2>Your ticket</h2><p>Show this at the gate: <b>${$('reference').textContent}</b></p><button id="close">Close ticket</button></div>`;
    $('close').onclick = () => { $('layer').innerHTML = ''; };
  };
}
