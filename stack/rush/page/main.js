/** From the door to the board: who signs in, what is shown, how it ends. */
import { Board } from './board.js';
import { Refusal } from './graph.js';
import { Session } from './session.js';
import { $, show, showMissing, showRefusal } from './view.js';

const eventId = decodeURIComponent(location.pathname.split('/')[2]);
const REFUSALS = {
  WRONG_CREDENTIALS: 'The e-mail or the password is wrong.',
  INVALID_INPUT: 'The e-mail or the password is wrong.',
  SUSPENDED: 'This account is suspended.',
  UNAVAILABLE: 'Signing in does not work right now. Please try again.',
};
const NOT_AN_ADMINISTRATOR = 'This account is not an administrator’s. Only administrators can watch.';

let session;
let board;

$('sign-in').addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  signIn($('email').value.trim(), $('password').value);
});
$('sign-out').addEventListener('click', () => leave());
addEventListener('online', () => board?.hurry());
document.addEventListener('visibilitychange', () => document.hidden || board?.hurry());
show('door');

async function signIn(email, password) {
  if (!email || !password) return showRefusal('Both are needed.');
  $('enter').disabled = true;
  showRefusal('');
  try {
    session = await Session.signIn(email, password, () => board?.renew());
    $('password').value = '';
    if (session.isAdministrator) watch();
    else leave(NOT_AN_ADMINISTRATOR);
  } catch (error) {
    showRefusal(told(error));
  } finally {
    $('enter').disabled = false;
  }
}

function told(error) {
  if (!(error instanceof Refusal)) return 'Nobody answers at this address. Is the stack up?';
  if (error.code === 'RATE_LIMITED') return `Too many tries. Please wait ${error.retryAfter ?? 60} s.`;
  return REFUSALS[error.code] ?? error.message;
}

function watch() {
  board = new Board(eventId, session, {
    over: () => leave('The session has ended. Please sign in again.'),
    refused: (code) => {
      if (code === 'FORBIDDEN') return leave(NOT_AN_ADMINISTRATOR);
      board.close();
      showMissing(`There is no coupon event ${eventId}.`);
    },
  });
  show('waiting');
  board.open();
}

function leave(why = '') {
  board?.close();
  session?.end();
  board = session = undefined;
  show('door');
  showRefusal(why);
}
