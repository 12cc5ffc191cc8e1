// What the network does to a page: a quiet bar while it is away, forms sent again when it is back, a list that is
// fetched again only while somebody looks. The words stand in the page (base.html).
document.addEventListener("DOMContentLoaded", () => {
  const body = document.body;
  const bar = document.getElementById("net");
  const title = document.title;
  const unsent = new Map(); // form -> the button that was pressed
  const pressed = new WeakMap();
  const AGAIN_MS = 5000;

  const asOf = () => (document.getElementById("alerts") || document.getElementById("main")).dataset.asOf;
  const say = (what) => {
    const words = what ? bar.dataset[what].replace("{time}", asOf()) : "";
    if (bar.textContent !== words) bar.textContent = words;
    bar.hidden = !what;
  };
  const lost = () => say(unsent.size ? "unsent" : "lost");
  const isForm = (element) => element instanceof HTMLFormElement;

  const notSent = (event) => {
    const from = event.detail.elt;
    if (isForm(from)) unsent.set(from, pressed.get(from));
    lost();
  };
  const sendAgain = () => {
    for (const [form, button] of unsent) {
      if (form.isConnected) form.requestSubmit(button && button.isConnected ? button : null);
      else unsent.delete(form);
    }
  };
  document.addEventListener("submit", (event) => pressed.set(event.target, event.submitter), true);
  body.addEventListener("htmx:sendError", notSent);
  body.addEventListener("htmx:timeout", notSent);
  body.addEventListener("htmx:afterOnLoad", (event) => {
    unsent.delete(event.detail.elt);
    if (event.detail.xhr.status < 500) say(unsent.size ? "unsent" : null);
  });
  window.addEventListener("offline", lost);
  window.addEventListener("online", () => {
    say(null);
    sendAgain();
    again();
  });
  setInterval(sendAgain, AGAIN_MS);

  // htmx drops the body of an error by default; ours is a sentence for the person who sent the form.
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { status } = event.detail.xhr;
    if (status >= 400 && status < 500) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (status === 503) {
      notSent(event);
    } else if (status >= 500) {
      say("broken");
    }
  });

  // The list of alerts: asked for while the page is in front, told once when the number changes.
  const again = () => {
    const list = document.getElementById("alerts");
    if (list) window.htmx.trigger(list, "again");
  };
  const tell = () => {
    const list = document.getElementById("alerts");
    const told = document.getElementById("waiting");
    if (!list || !told) return;
    if (told.textContent !== list.dataset.says) told.textContent = list.dataset.says;
    document.title = list.dataset.waiting === "0" ? title : `(${list.dataset.waiting}) ${title}`;
  };
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.hasAttribute("data-poll")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again();
  });
  body.addEventListener("htmx:afterSettle", tell);
  tell();
});
