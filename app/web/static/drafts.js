// Keeps what is typed into a form (data-keep) until it was sent: a log-in that ended, a page that was left by mistake.
// In this tab only, for this user only, gone with the tab or the log-out.
document.addEventListener("DOMContentLoaded", () => {
  const user = document.body.dataset.user;
  const PREFIX = "draft:";
  const key = (action) => `${PREFIX}${user}:${action}`;
  const PLAIN = "textarea, select, input:not([type=hidden], [type=checkbox]), input[name=id]";
  // data-keep="revision": what others may write in as well. Its ticks are kept, too, and from which revision on it was typed.
  const shared = (form) => form.dataset.keep === "revision";
  const fields = (form) => [...form.querySelectorAll(shared(form) ? `${PLAIN}, [type=checkbox], input[name=revision]` : PLAIN)];
  const ticked = (field) => field.type === "checkbox";
  const nameOf = (field) => (ticked(field) ? `${field.name}=${field.value}` : field.name);
  const valueOf = (field) => (ticked(field) ? field.checked : field.value);
  const drop = (which) => {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(which)) sessionStorage.removeItem(name);
  };

  const keep = (form) => {
    const typed = Object.fromEntries(fields(form).map((field) => [nameOf(field), valueOf(field)]));
    sessionStorage.setItem(key(form.getAttribute("action")), JSON.stringify(typed));
  };
  const restore = (form) => {
    const kept = sessionStorage.getItem(key(form.getAttribute("action")));
    if (!kept) return;
    const typed = JSON.parse(kept);
    const changed = fields(form).filter((field) => nameOf(field) in typed && valueOf(field) !== typed[nameOf(field)]);
    if (changed.some((field) => field.name === "revision")) {
      // Somebody wrote in it since: put back, it would overwrite what nobody here has read. It is shown, to be copied.
      const words = changed.filter((field) => field.name !== "revision" && !ticked(field)).map((field) => `${field.labels[0].textContent}:${typed[field.name]}`);
      const outdated = form.querySelector(".outdated");
      outdated.querySelector("pre").textContent = words.join("\n\n");
      outdated.hidden = words.length === 0;
      return;
    }
    for (const field of changed) {
      if (ticked(field)) field.checked = typed[nameOf(field)];
      else field.value = typed[field.name];
    }
    if (changed.some((field) => field.type !== "hidden" && field.type !== "datetime-local")) {
      form.querySelector(".restored").hidden = false;
      const folded = form.closest("details");
      if (folded) folded.open = true;
    }
  };
  const look = () => {
    for (const done of document.querySelectorAll("[data-clear]")) sessionStorage.removeItem(key(done.dataset.clear));
    for (const form of document.querySelectorAll("form[data-keep]")) restore(form);
  };

  if (!user) return;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) keep(form);
  });
  // What this phone keeps of records (record-keep.js); null where it keeps none, and none is made by looking.
  const kept = () =>
    new Promise((done) => {
      const asked = indexedDB.open("zhifang-records");
      asked.onupgradeneeded = () => asked.transaction.abort();
      asked.onsuccess = () => done(asked.result);
      asked.onerror = (event) => {
        event.preventDefault();
        done(null);
      };
    });
  const told = (asked) => new Promise((done, fail) => Object.assign(asked, { onsuccess: () => done(asked.result), onerror: fail }));
  const drafts = async () => {
    const opened = await kept();
    if (!opened) return [];
    const found = await told(opened.transaction("drafts").objectStore("drafts").getAll());
    const both = opened.transaction(["who", "people"], "readwrite");
    // Without a network the page of records believes this: whoever was here before is here no more.
    if ((await told(both.objectStore("who").get("last")))?.user !== user) {
      both.objectStore("people").clear();
      both.objectStore("who").put({ id: "last", user });
    }
    await new Promise((done) => Object.assign(both, { oncomplete: done, onabort: done }));
    opened.close();
    return found;
  };
  const waiting = document.getElementById("unsent");
  drafts()
    .then((found) => {
      const own = found.filter((draft) => draft.user === user).length;
      if (!waiting || !own || document.getElementById("record")) return;
      waiting.hidden = false;
      waiting.firstElementChild.textContent = waiting.dataset.told.replace("{n}", own);
    })
    .catch(() => {});
  // Whoever leaves takes everything along that this phone keeps: what was not sent is told before.
  // The answer to the log-out clears everything, too; but browsers heed that over HTTPS alone.
  const forget = () =>
    new Promise((done) => {
      const asked = indexedDB.deleteDatabase("zhifang-records");
      Object.assign(asked, { onsuccess: done, onerror: done, onblocked: done });
    });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-leaves")) return;
    event.preventDefault();
    const unsent = (await drafts().catch(() => [])).length;
    if (unsent && !window.confirm(form.dataset.leaves.replace("{n}", unsent))) return;
    drop(PREFIX);
    await forget();
    form.submit();
  });
  document.body.addEventListener("htmx:afterSettle", look);
  look();
});
