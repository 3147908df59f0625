// Shared by every page: requests, storage, and a few widgets in the background.
const $ = (id) => document.getElementById(id);
const pounds = (amount) => '£' + amount.toFixed(2);

async function request(method, path, body, retries = 1) {
  const response = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (response.status === 500 && retries > 0) {
    await new Promise((resume) => setTimeout(resume, 200));
    return request(method, path, body, retries - 1);
  }
  const answer = await response.json();
  return { ok: response.ok, status: response.status, answer };
}

const basket = {
  read: () => JSON.parse(sessionStorage.getItem('basket') || '{"fare":0,"seats":[]}'),
  write: (value) => sessionStorage.setItem('basket', JSON.stringify(value)),
};

// A weather ticker that somebody embedded long ago. It fails now and then, and nobody needs it.
function weatherTicker() {
  if (!lab.once('d_exceptions')) return;
  let left = 14;
  const timer = setInterval(() => {
    left -= 1;
    if (!left) clearInterval(timer);
    const forecast = undefined;
    document.title = forecast.temperature;
  }, 350);
}

function browserNoise() {
  if (lab.once('d_extension')) {
    for (let turn = 0; turn < 4; turn += 1) {
      console.error('[ColourPicker extension] chrome-extension://gplmkdjlaobc/content.js: port closed');
    }
  }
  if (lab.once('d_resize_observer')) {
    setTimeout(() => {
      dispatchEvent(new ErrorEvent('error', {
        message: 'ResizeObserver loop completed with undelivered notifications.',
      }));
      console.error('ResizeObserver loop completed with undelivered notifications.');
    }, 900);
  }
}

setTimeout(weatherTicker, 2500);
setTimeout(browserNoise, 3200);

// The line in the header counts down to the next departure.
let minutes = 58 - (new Date().getMinutes() % 45);
const line = document.createElement('span');
line.className = 'next';
document.querySelector('header').append(line);
function countDown() {
  line.textContent = minutes > 0 ? `Next departure in ${minutes} min` : 'Now boarding';
  minutes -= 1;
}
countDown();
setInterval(countDown, 60000);
