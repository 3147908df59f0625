// Bag and checkout.
function lines() {
  return store.get('bag', []).map((line) => ({ ...line, product: PRODUCTS.find((one) => one.id === line.id) }));
}

function bagPage() {
  page('<h1>Your bag</h1><div id="bag"></div>');
  drawBag(0);
}

function drawBag(off) {
  const bag = lines();
  if (!bag.length) {
    at('bag').innerHTML = '<p>Your bag is empty.</p>';
    return;
  }
  const goods = bag.reduce((sum, line) => sum + line.product.price * line.quantity, 0);
  let total = goods + 4.95 - off;
  if (lab.meet('delivery_twice')) total += 4.95;
  const broken = bag.some((line) => line.product.sale) && lab.on('price_nan');
  if (broken) lab.hit('price_nan');
  at('bag').innerHTML = bag.map((line, i) => `<div class="Row_root__c7u5"><span>${line.product.name}, ${line.size}</span><span class="Qty_root__j2o6"><span class="Btn_root__a8f2 Btn_ghost__b1s7" data-up="${i}">+</span><span data-count="${i}">${line.quantity}</span></span><span>${broken ? '£NaN' : money(line.product.price * line.quantity)}</span></div>`).join('') + `
    <div class="Row_root__c7u5"><span>Delivery</span><span>£4.95</span></div>${off ? `<div class="Row_root__c7u5"><span>Coupon</span><span>£-${off.toFixed(2)}</span></div>` : ''}
    <div class="Row_root__c7u5"><b>To pay</b><b id="sum">${broken ? '£NaN' : money(total)}</b></div>
    <label class="Field_root__t2g6">Coupon or gift card<input id="coupon" autocomplete="off"></label><span class="Field_note__m9b4" id="coupon-note"></span>
    <div class="Btn_root__a8f2 Btn_ghost__b1s7" id="use">Use code</div> <div class="Btn_root__a8f2" id="go">Go to checkout</div>`;
  store.set('total', total);
  on('use', useCoupon);
  on('go', () => { location.href = '/checkout'; });
  for (const up of document.querySelectorAll('[data-up]')) up.addEventListener('click', () => moreOf(Number(up.dataset.up)));
}

function moreOf(index) {
  const bag = store.get('bag', []);
  bag[index].quantity += 1;
  store.set('bag', bag);
  drawBag(0);
  if (lab.on('quantity_reset')) {
    setTimeout(() => {
      lab.hit('quantity_reset');
      bag[index].quantity = 1;
      store.set('bag', bag);
      drawBag(0);
    }, 900);
  }
}

async function useCoupon() {
  const code = at('coupon').value;
  if (!code) return;
  if (lab.meet('coupon_dead')) return;
  const { ok, data } = await api('POST', '/coupon', { code });
  if (ok) drawBag(5);
  else at('coupon-note').textContent = data.message;
}

function checkoutPage() {
  page(`<h1>Checkout</h1><div class="Card_root__x91a">${['name', 'street', 'postcode', 'card'].map((name) => `<label class="Field_root__t2g6">${name[0].toUpperCase() + name.slice(1)}<input id="${name}" autocomplete="off"><span class="Field_note__m9b4" id="${name}-note"></span></label>`).join('')}
    ${lab.on('iframe_payment') ? '<iframe src="https://pay.fernwood-partner.example/frame" title="Card details"></iframe>' : ''}
    <p>To pay: ${money(store.get('total', 0))}</p><div class="Btn_root__a8f2" id="pay">Place order</div> <span id="state"></span></div>`);
  on('pay', placeOrder);
  for (const name of ['name', 'street', 'postcode', 'card']) {
    at(name).addEventListener('keydown', (event) => { if (event.key === 'Enter') placeOrder(); });
  }
}

let placing = false;
async function placeOrder() {
  if (placing) return;
  for (const name of ['name', 'street', 'postcode', 'card']) {
    at(name + '-note').textContent = at(name).value ? '' : 'This is needed';
    if (!at(name).value) return;
  }
  placing = true;
  at('state').innerHTML = '<span class="Spin_root__y1e8">Placing your order…</span>';
  const { ok, data } = await api('POST', '/order', { postcode: at('postcode').value });
  placing = false;
  at('state').textContent = '';
  if (!ok) {
    if (data.log) console.error('order failed', data.log);
    toast('Something went wrong');
    return;
  }
  store.set('bag', []);
  location.href = '/thanks';
}

function thanksPage() {
  page('<h1>Thank you</h1><p id="thanks">Your order is placed. A confirmation is on its way.</p><a href="/orders">See your orders</a>');
}
