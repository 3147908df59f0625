// Which page this is.
const path = location.pathname;
if (path.startsWith('/product/')) productPage(path.split('/')[2]);
else ({ '/search': searchPage, '/bag': bagPage, '/checkout': checkoutPage, '/thanks': thanksPage, '/orders': ordersPage, '/address': addressPage }[path] || frontPage)();
