'use strict';

/* Fills the page's parts in. The server tells their versions; what is not looked at is not asked for. */
(() => {
  const SOON = 400;
  const parts = new Map();
  const connection = document.getElementById('connection');
  let lost = 0;

  function say(state, text) {
    // Screen readers read each change: there is none but from one state to another.
    if (connection.dataset.state !== state) {
      connection.dataset.state = state;
      connection.textContent = text;
    }
  }

  async function refresh(part) {
    if (part.busy || part.shown === part.wanted || !part.near || document.hidden) {
      return;
    }
    part.busy = true;
    const version = part.wanted;
    try {
      const answer = await fetch('/part/' + part.name, { cache: 'no-store' });
      if (answer.ok) {
        fill(part.element, await answer.text());
        part.shown = version;
      }
    } catch (e) {
      // The event stream says that the server is gone.
    } finally {
      part.busy = false;
    }
    if (part.shown !== part.wanted) {
      setTimeout(() => refresh(part), SOON);
    }
  }

  /* What is scrolled stays scrolled, and what has the focus keeps it. */
  function fill(element, html) {
    const scrolled = [...element.querySelectorAll('.scroll')].map(box => box.scrollLeft);
    const focusable = () => [...element.querySelectorAll('a, button, [tabindex]')];
    const focus = focusable().indexOf(document.activeElement);
    const template = document.createElement('template');
    template.innerHTML = html;
    element.replaceChildren(template.content);
    element.querySelectorAll('.scroll').forEach((box, i) => { box.scrollLeft = scrolled[i] || 0; });
    if (focus >= 0) {
      focusable()[focus]?.focus({ preventScroll: true });
    }
  }

  const seen = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const part = parts.get(entry.target.dataset.part);
      part.near = entry.isIntersecting;
      refresh(part);
    }
  }, { rootMargin: '600px' });

  for (const element of document.querySelectorAll('[data-part]')) {
    const name = element.dataset.part;
    parts.set(name, { name, element, near: false, busy: false, shown: '', wanted: '0' });
    seen.observe(element);
  }

  // Finding a question. What is shown of it stands in the address, so that it can be sent and gone back to.
  const find = document.getElementById('find');
  const words = document.getElementById('words');
  const found = document.getElementById('found');
  const told = document.getElementById('history');
  const close = document.getElementById('close');
  let asked = 0;

  async function show(element, url) {
    const its = ++asked;
    element.setAttribute('aria-busy', 'true');
    let html = '<p class="note">No answer; is ./craft ui still there?</p>';
    try {
      const answer = await fetch(url, { cache: 'no-store' });
      html = answer.ok ? await answer.text() : '<p class="note">That failed; the log of ./craft says why.</p>';
    } catch (e) {
      // Said above.
    }
    element.removeAttribute('aria-busy');
    if (its === asked) {
      fill(element, html);
      close.hidden = false;
      return true;
    }
    return false;
  }

  find.addEventListener('submit', event => {
    event.preventDefault();
    if (words.value.trim()) {
      told.replaceChildren();
      show(found, '/search?q=' + encodeURIComponent(words.value.trim()));
    }
  });

  close.addEventListener('click', () => {
    asked++;
    found.replaceChildren();
    told.replaceChildren();
    close.hidden = true;
    words.value = '';
    words.focus();
    if (location.hash.startsWith('#question=')) {
      history.replaceState(null, '', '/');
    }
  });

  async function follow() {
    const mark = '#question=';
    if (location.hash.startsWith(mark)) {
      const id = decodeURIComponent(location.hash.slice(mark.length));
      if (await show(told, '/question?id=' + encodeURIComponent(id))) {
        told.querySelector('[tabindex]')?.focus({ preventScroll: true });
        told.firstElementChild.scrollIntoView({ block: 'start' });
      }
    }
  }

  window.addEventListener('hashchange', follow);
  follow();

  document.addEventListener('visibilitychange', () => parts.forEach(refresh));

  function listen() {
    const events = new EventSource('/events');
    events.onmessage = take;
    events.onerror = () => {
      // A stream that ends is followed by another within a second or two.
      clearTimeout(lost);
      lost = setTimeout(() => say('lost', 'connection lost, trying again'), 5000);
      if (events.readyState === EventSource.CLOSED) {
        // Too many follow the page already; or what answers is not this server.
        setTimeout(listen, 10000);
      }
    };
  }

  function take(event) {
    clearTimeout(lost);
    say('live', 'live');
    for (const [name, version] of Object.entries(JSON.parse(event.data))) {
      const part = parts.get(name);
      if (part) {
        part.wanted = version;
        refresh(part);
      }
    }
  }

  listen();
})();
