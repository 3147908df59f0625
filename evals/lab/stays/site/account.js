// Sign in.
const entry = region('Sign in');
if (entry) {
  entry.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [status, data] = await call('POST', '/api/sign-in', { email: named('email').value });
    if (status === 400) {
      named('sign-note').textContent = data.message;
      return;
    }
    if (lab.meet('sign_in_loop')) {
      location.href = '/sign-in';
      return;
    }
    location.href = '/welcome';
  });
}
