// Search, seats and basket.
const pages = { index: searchPage, seats: seatsPage, basket: basketPage };
pages[document.body.dataset.page]();

function searchPage() {
  let passengers = 1;
  const step = (by) => {
    passengers = Math.min(9, Math.max(1, passengers + by));
    $('passengers').textContent = passengers;
  };
  $('more').onclick = () => step(1);
  $('fewer').onclick = () => step(-1);
  suggestWhileTyping();
  $('search').onsubmit = (event) => {
    event.preventDefault();
    if (!dateIsFine($('date').value)) return;
    findSailings(passengers);
  };
}

function dateIsFine(text) {
  const iso = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const common = /^\d{1,2}[/.]\d{1,2}[/.]\d{4}$/.test(text);
  $('date-error').textContent = '';
  if (iso || (common && !lab.on('date_format'))) return true;
  if (text && lab.on('date_format')) lab.hit('date_format');
  $('date-error').textContent = text ? 'Please enter a valid date.' : 'When do you want to travel?';
  return false;
}

function suggestWhileTyping() {
  let running;
  $('to').oninput = async () => {
    if (running && lab.on('d_aborted')) {
      running.abort();
      lab.once('d_aborted');
    }
    const mine = new AbortController();
    running = mine;
    try {
      const response = await fetch('/api/ports?q=' + encodeURIComponent($('to').value), { signal: mine.signal });
      const { ports } = await response.json();
      if (mine === running) $('suggestions').textContent = ports.length ? 'Ports: ' + ports.join(', ') : '';
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  };
}

async function findSailings(passengers) {
  if (lab.on('slow_search')) lab.hit('slow_search');
  $('sailings').innerHTML = '<p class="spinner">Looking for sailings…</p>';
  const { answer } = await request('GET', '/api/sailings?to=' + encodeURIComponent($('to').value));
  $('sailings').replaceChildren(...answer.sailings.map((sailing) => {
    const card = document.createElement('article');
    card.className = 'card sailing';
    card.innerHTML = `<div><b>${sailing.time}</b> ${sailing.ship}<br><span class="muted">${sailing.lasts}</span></div><b>${pounds(sailing.fare)}</b><button>Choose</button>`;
    card.querySelector('button').onclick = () => {
      basket.write({ fare: sailing.fare, ship: sailing.ship, time: sailing.time, passengers, seats: [] });
      location.href = '/seats';
    };
    return card;
  }));
}

function seatsPage() {
  const booked = basket.read();
  let seat = '';
  setTimeout(() => { $('which').textContent = `${booked.ship}, departs ${booked.time}`; }, 250);
  for (let row = 1; row <= 5; row += 1) {
    for (const letter of 'ABCDEF') {
      const button = document.createElement('button');
      button.textContent = row + letter;
      button.disabled = (row * 7 + letter.charCodeAt(0)) % 5 === 0;
      button.setAttribute('aria-pressed', 'false');
      button.onclick = () => {
        document.querySelector('.seats [aria-pressed=true]')?.setAttribute('aria-pressed', 'false');
        button.setAttribute('aria-pressed', 'true');
        seat = row + letter;
        $('chosen').textContent = 'Seat ' + seat;
      };
      $('seats').append(button);
    }
  }
  $('continue').onclick = async () => {
    if (!seat) {
      $('chosen').textContent = 'Please choose a seat first';
      return;
    }
    if (seat[0] >= '4' && lab.meet('seat_aft_dead')) return;
    await request('POST', '/api/seat', { seat });
    basket.write({ ...booked, seats: [seat] });
    location.href = '/basket';
  };
}

function basketPage() {
  const booked = basket.read();
  let discount = 0;
  const show = () => {
    const bike = $('bike').checked;
    const fare = booked.fare * (booked.passengers || 1);
    const lines = [[`${booked.ship || 'No sailing yet'}, ${booked.passengers || 0} passenger(s)`, fare]];
    if (bike) lines.push(['Bicycle space', 12]);
    if (discount) lines.push(['Promotion', -discount]);
    let total = lines.reduce((sum, line) => sum + line[1], 0);
    if (bike && lab.meet('basket_total')) total += 36;
    $('lines').innerHTML = lines.map(([what, price]) => `<div class="line"><span>${what}</span><span>${pounds(price)}</span></div>`).join('');
    $('total').textContent = pounds(total);
    basket.write({ ...booked, total });
  };
  $('bike').onchange = show;
  $('apply').onclick = async () => {
    const { ok, answer } = await request('POST', '/api/promotion', { code: $('promo').value });
    discount = ok ? 5 : 0;
    $('promo-note').textContent = ok ? 'Code applied' : answer.message;
    show();
  };
  $('checkout').onclick = () => { location.href = '/checkout'; };
  show();
}
