// Trips and saved stays.
async function trips() {
  const section = region('Trips');
  if (!section) return;
  const [, data] = await call('GET', '/api/trips');
  section.innerHTML = data.trips.map((trip) => `<article><h3>${trip}</h3><button class="text" name="cancel">Cancel this trip</button></article>`).join('');
  for (const button of section.querySelectorAll('button')) {
    button.addEventListener('click', async () => {
      const silent = lab.meet('cancel_silent');
      await call('POST', '/api/cancel', {});
      if (silent) return;
      button.closest('article').remove();
      named('trip-note').textContent = 'Your trip is cancelled. The money is on its way back.';
    });
  }
}
trips();
const kept = region('Saved');
if (kept) kept.innerHTML = localStorage.getItem('saved') === 'true' ? '<article><h3><a href="/stay">The Lamp Room</a></h3></article>' : '<p>Nothing saved so far.</p>';
