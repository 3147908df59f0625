// Orders, returns and the address book.
async function ordersPage() {
  page('<h1>Your orders</h1><div id="orders"><p class="Spin_root__y1e8">Loading orders…</p></div><p id="return-note"></p>');
  const { data } = await api('GET', '/orders');
  at('orders').innerHTML = data.orders.map((order) => `<div class="Row_root__c7u5"><span>${order.name}</span><span class="Btn_root__a8f2 Btn_ghost__b1s7" data-order="${order.id}">Return this</span></div>`).join('');
  for (const button of document.querySelectorAll('[data-order]')) {
    button.addEventListener('click', async () => {
      const silent = lab.meet('return_silent');
      await api('POST', '/return', { id: button.dataset.order });
      if (!silent) at('return-note').textContent = 'Return arranged. We have sent you a label.';
    });
  }
}

const ADDRESS = ['street', 'town', 'phone'];
function addressPage() {
  page(`<h1>Address book</h1><div class="Card_root__x91a">${ADDRESS.map((name) => `<label class="Field_root__t2g6">${name[0].toUpperCase() + name.slice(1)}<input id="${name}" autocomplete="off"></label>`).join('')}
    <label class="Field_root__t2g6">Country<select id="country"><option>United Kingdom</option><option>Ireland</option><option>France</option></select></label>
    <div class="Btn_root__a8f2" id="keep">Save address</div></div>`);
  at('country').addEventListener('change', () => {
    if (!lab.meet('country_clears')) return;
    for (const name of ADDRESS) {
      at(name).value = '';
      at(name).dispatchEvent(new Event('input', { bubbles: true }));
    }
  });
  on('keep', async () => {
    if (ADDRESS.some((name) => !at(name).value)) {
      toast('Fill in the whole address, please');
      return;
    }
    await api('POST', '/address', {});
    toast('Address saved');
  });
}
